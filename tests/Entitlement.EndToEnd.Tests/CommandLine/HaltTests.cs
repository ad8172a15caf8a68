using Entitlement.EndToEnd.Tests.Machinery;

namespace Entitlement.EndToEnd.Tests.CommandLine;

public sealed class HaltTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Halts_issuing_lists_what_a_key_signed_and_lets_it_go_on()
    {
        await using var service = new Service(_folder.File("data"));
        await service.StartAsync();
        var estate = await Estate.CreateAsync(service);
        (await estate.RequestAsync(service, _folder.Path, "a.lrq")).Succeeded();
        var (request, license) = (_folder.File("a.lrq"), _folder.File("a.lic"));

        var halted = (await service.EntitleAsync("keys", "halt", "--reason", "A drill.")).Succeeded();
        var refused = (await service.EntitleAsync("activate", request, "--out", license)).Ended(1);
        var status = (await service.EntitleAsync("keys", "status", "--json")).Succeeded();
        var resumed = (await service.EntitleAsync("keys", "resume", "--reason", "Over.")).Succeeded();
        (await service.EntitleAsync("activate", request, "--out", license)).Succeeded();
        var kid = (string)(await service.EntitleAsync("keys", "jwks")).Succeeded().Json["keys"]![0]!["kid"]!;
        var files = (await service.EntitleAsync("keys", "files", kid)).Succeeded();

        Assert.Contains("Issuing\thalted", halted.Output, StringComparison.Ordinal);
        Assert.Contains("entitle: ISSUING_HALTED:", refused.Error, StringComparison.Ordinal);
        Assert.Contains("A drill.", status.Output, StringComparison.Ordinal);
        Assert.Contains("Issuing\tgoes on", resumed.Output, StringComparison.Ordinal);
        Assert.Contains("/activations/", files.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
