using Entitlement.EndToEnd.Tests.Machinery;

namespace Entitlement.EndToEnd.Tests.Crash;

/// <summary>The embedded database has one server, whoever starts another.</summary>
public sealed class SecondInstanceTests
{
    [Fact]
    public async Task Refuses_to_start_beside_another_and_says_what_to_do()
    {
        const int Unavailable = 69;
        using var folder = new TemporaryFolder();
        await using var first = new Service(folder.Path);
        await first.StartAsync();
        await using var second = new Service(folder.Path);

        var refused = await second.StartRefusedAsync();

        refused.Ended(Unavailable);
        Assert.Contains("entitlement.lock", refused.Error, StringComparison.Ordinal);
        Assert.Contains($"process {first.ProcessId} on ", refused.Error, StringComparison.Ordinal);
        (await first.EntitleAsync("health")).Succeeded();
    }

    [Fact]
    public async Task Starts_again_at_once_after_a_kill()
    {
        using var folder = new TemporaryFolder();
        await using var service = new Service(folder.Path);
        await service.StartAsync();
        var estate = await Estate.CreateAsync(service);
        await service.KillAsync();

        await service.StartAsync();

        Assert.Equal(estate.Slc, (await service.EntitleAsync("license", "get", estate.License, "--field", "slc")).Succeeded().Output.Trim());
    }
}
