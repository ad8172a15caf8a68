using Entitlement.EndToEnd.Tests.Machinery;
using Entitlement.Testing;

namespace Entitlement.EndToEnd.Tests.CommandLine;

/// <summary>A product that must wait, and somebody who decides, from a shell.</summary>
public sealed class ApprovalTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Service _service;

    public ApprovalTests() => _service = new Service(_folder.File("data"));

    public Task InitializeAsync() => _service.StartAsync("--Approval:RetryAfter=00:00:01");

    public async Task DisposeAsync() => await _service.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Waits_with_an_exit_code_of_its_own_until_somebody_approves_and_then_has_the_same_file()
    {
        var estate = await AskAsync();
        var parked = (await ActivateAsync()).Ended(6);
        var name = (await _service.EntitleAsync(
            "parked", "list", estate.License, "--state", "waiting", "--field", "name")).Succeeded().Output.Trim();
        var waiting = ActivateAsync("--wait");

        var approved = (await _service.EntitleAsync("parked", "approve", name, "--out", _folder.File("b.lic"))).Succeeded();

        (await waiting).Succeeded();
        Assert.Contains("AWAITING_APPROVAL", parked.Error, StringComparison.Ordinal);
        Assert.Contains("Try again in 1 s.", parked.Error, StringComparison.Ordinal);
        Assert.Contains("APPROVED", approved.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(await File.ReadAllTextAsync(_folder.File("b.lic")), await File.ReadAllTextAsync(_folder.File("a.lic")));
    }

    [Fact]
    public async Task Is_told_why_when_somebody_rejects()
    {
        var estate = await AskAsync();
        (await ActivateAsync()).Ended(6);
        var name = (await _service.EntitleAsync("parked", "list", estate.License, "--field", "name")).Succeeded().Output.Trim();

        (await _service.EntitleAsync("parked", "reject", name, "--reason", "Use the license of your site.")).Succeeded();
        var refused = (await ActivateAsync("--wait", "--json")).Ended(1);
        var shown = (await _service.EntitleAsync("parked", "get", name, "--json")).Succeeded().Json;

        Assert.Contains("APPROVAL_REJECTED", refused.Error, StringComparison.Ordinal);
        Assert.Contains("Use the license of your site.", refused.Error, StringComparison.Ordinal);
        Assert.Equal("PARKED_REQUEST_STATE_REJECTED", (string?)shown["parkedRequest"]!["state"]);
        Assert.False(File.Exists(_folder.File("a.lic")));
    }

    private async Task<Estate> AskAsync()
    {
        var estate = await Estate.CreateAsync(_service, "--mode", "approval");
        (await estate.RequestAsync(_service, _folder.Path, "a.lrq")).Succeeded();
        return estate;
    }

    private Task<Finished> ActivateAsync(params string[] options) => _service.EntitleAsync(
        ["activate", _folder.File("a.lrq"), "--as-product", "--out", _folder.File("a.lic"), .. options]);
}
