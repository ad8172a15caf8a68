namespace Entitlement.EndToEnd.Tests.Machinery;

/// <summary>
/// One running service for all tests that want nothing special of theirs: each makes products and accounts of its own in it. A
/// service for each class would start as often as all of these tests take together.
/// </summary>
public sealed class ServiceFixture : IAsyncLifetime
{
    private static readonly Task<Service> Shared = StartAsync();

    internal Service Service { get; private set; } = null!;

    public async Task InitializeAsync() => Service = await Shared;

    // Others may still need it; it ends with the process of the tests.
    public Task DisposeAsync() => Task.CompletedTask;

    private static async Task<Service> StartAsync()
    {
        var folder = new TemporaryFolder();
        var service = new Service(folder.File("data"))
        {
            // It ends with the tests even where their process is stopped before it can end anything itself.
            Launcher = ["/bin/sh", Path.Combine(AppContext.BaseDirectory, "run-until-input-ends")],
        };
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            service.Kill();
            folder.Dispose();
        };
        await service.StartAsync();
        return service;
    }
}
