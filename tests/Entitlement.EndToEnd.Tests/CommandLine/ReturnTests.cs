using Entitlement.EndToEnd.Tests.Machinery;

namespace Entitlement.EndToEnd.Tests.CommandLine;

/// <summary>From a license file back to a free seat, from a shell; the files could as well be carried by hand.</summary>
public sealed class ReturnTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>, IDisposable
{
    private readonly Service _service = fixture.Service;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Returns_a_license_by_a_receipt_and_its_seat_is_free()
    {
        var (estate, license) = await ActivateAsync("--feature", "camera:device:1");
        var receipt = _folder.File("a.ret");

        var made = (await _service.EntitleAsync(
            "return", license, "--dir", _folder.File("instance"), "--out", receipt, "--json")).Succeeded().Json;
        var shown = (await _service.EntitleAsync("inspect", receipt, "--json")).Succeeded().Json;
        var first = (await _service.EntitleAsync("deactivate", receipt, "--as-product", "--json")).Succeeded().Json;
        var again = (await _service.EntitleAsync("deactivate", receipt, "--as-product")).Succeeded();

        Assert.False(File.Exists(license));
        Assert.Equal(1, (int)made["generation"]!);
        Assert.Equal(("return receipt", true), ((string?)shown["kind"], (bool)shown["signatureHolds"]!));
        Assert.Equal("ACTIVATION_END_RETURNED", (string?)first["activation"]!["end"]);
        Assert.Contains("had ended before", again.Error, StringComparison.Ordinal);
        Assert.Equal("0", (await _service.EntitleAsync("license", "get", estate.License, "--field", "machines_held")).Succeeded().Output.Trim());
    }

    [Fact]
    public async Task Refreshes_what_stands_and_is_told_when_it_was_released()
    {
        var (estate, _) = await ActivateAsync();
        var name = (await _service.EntitleAsync("activation", "list", estate.License, "--field", "name")).Succeeded().Output.Trim();
        (await estate.RequestAsync(_service, _folder.Path, "next.lrq", "--refresh")).Succeeded();
        (await estate.RequestAsync(_service, _folder.Path, "late.lrq", "--refresh")).Succeeded();
        var next = (await _service.EntitleAsync(
            "refresh", _folder.File("next.lrq"), "--as-product", "--out", _folder.File("next.lic"), "--json")).Succeeded().Json;

        var released = (await _service.EntitleAsync("activation", "release", name, "--reason", "The disk is dead.")).Succeeded();
        var refused = (await _service.EntitleAsync(
            "refresh", _folder.File("late.lrq"), "--as-product", "--out", _folder.File("late.lic"), "--json")).Ended(1);

        Assert.Equal(2, (int)next["activation"]!["generation"]!);
        Assert.Contains("1 of 5", released.Error, StringComparison.Ordinal);
        Assert.Contains("ACTIVATION_ENDED", refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("late.lic")));
        Assert.Equal("", (await _service.EntitleAsync("activation", "list", estate.License, "--field", "name")).Succeeded().Output.Trim());
        Assert.Equal(name, (await _service.EntitleAsync("activation", "list", estate.License, "--all", "--field", "name")).Succeeded().Output.Trim());
    }

    [Fact]
    public async Task Keeps_the_license_file_of_another_installation()
    {
        var (estate, license) = await ActivateAsync();
        (await estate.RequestAsync(_service, _folder.File("other"), "b.lrq")).Succeeded();

        var refused = (await _service.EntitleAsync(
            "return", license, "--dir", Path.Combine(_folder.File("other"), "instance"), "--out", _folder.File("b.ret"))).Ended(4);

        Assert.Contains("another installation", refused.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(license));
        Assert.False(File.Exists(_folder.File("b.ret")));
    }

    private async Task<(Estate Estate, string License)> ActivateAsync(params string[] terms)
    {
        var estate = await Estate.CreateAsync(_service, terms);
        return (estate, await estate.ActivateAsync(_service, _folder.Path));
    }
}
