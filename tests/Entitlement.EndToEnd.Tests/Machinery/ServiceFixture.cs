namespace Entitlement.EndToEnd.Tests.Machinery;

/// <summary>One running service for the tests of a class; each test makes products and accounts of its own in it.</summary>
public sealed class ServiceFixture : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    internal Service Service { get; private set; } = null!;

    public Task InitializeAsync()
    {
        Service = new Service(_folder.Path);
        return Service.StartAsync();
    }

    public async Task DisposeAsync() => await Service.DisposeAsync();

    // After DisposeAsync: the server still writes into the folder until then.
    public void Dispose() => _folder.Dispose();
}
