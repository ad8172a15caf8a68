using Entitlement.EndToEnd.Tests.Machinery;
using Entitlement.Testing;

namespace Entitlement.EndToEnd.Tests.CommandLine;

/// <summary>From a license request to a checked license file, from a shell.</summary>
public sealed class FileTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>, IDisposable
{
    private readonly Service _service = fixture.Service;
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Previews_then_activates_then_gives_the_same_file_again()
    {
        var estate = await Estate.CreateAsync(_service, "--feature", "camera:device:4");
        (await estate.RequestAsync(_service, _folder.Path, "a.lrq", "--device", "cam-1:camera:4K", "--device", "cam-2:camera")).Succeeded();
        var request = _folder.File("a.lrq");

        var preview = (await _service.EntitleAsync("preview", request, "--as-product", "--json")).Succeeded().Json;
        var first = (await _service.EntitleAsync("activate", request, "--as-product", "--out", _folder.File("1.lic"), "--json")).Succeeded().Json;
        var second = (await _service.EntitleAsync("activate", request, "--out", _folder.File("2.lic"))).Succeeded();

        Assert.Equal("PREVIEW_OUTCOME_NEW_ACTIVATION", (string?)preview["outcome"]);
        Assert.Equal(2, (int)preview["seats"]![1]!["heldAfter"]!);
        Assert.Equal(2, (int)first["activation"]!["deviceCount"]!);
        Assert.Contains("no seat moved", second.Error, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllBytesAsync(_folder.File("1.lic")), await File.ReadAllBytesAsync(_folder.File("2.lic")));
    }

    [Fact]
    public async Task Lists_and_shows_the_activation()
    {
        var (estate, _) = await ActivateAsync();

        var name = (await _service.EntitleAsync("activation", "list", estate.License, "--field", "name")).Succeeded().Output.Trim();
        var shown = (await _service.EntitleAsync("activation", "get", name, "--json")).Succeeded().Json["activation"]!;

        Assert.StartsWith($"{estate.License}/activations/", name, StringComparison.Ordinal);
        Assert.Equal(1, (int)shown["generation"]!);
        Assert.Equal("2026-01-01", (string?)shown["buildDate"]);
    }

    [Fact]
    public async Task Verifies_a_license_file_for_this_machine_without_the_service()
    {
        var (estate, license) = await ActivateAsync();

        var verified = (await VerifyAsync(license, "--product", estate.ProductCode, "--dir", _folder.File("instance"))).Succeeded().Json;

        Assert.True((bool)verified["valid"]!);
        Assert.Equal("VALID", (string?)verified["reason"]);
        Assert.Equal(estate.Slc, (string?)verified["claims"]!["slc"]);
    }

    [Fact]
    public async Task Says_why_a_license_file_does_not_hold()
    {
        var (estate, license) = await ActivateAsync("--care-end", "2026-10-01", "--end", "2036-01-01");
        var altered = await LicenseFiles.AlterAsync(license, _folder.File("altered.lic"));
        var otherKeys = _folder.File("other-keys");
        (await _service.EntitleAsync("keys", "init", "--dir", otherKeys)).Succeeded();
        var otherRoot = Path.Combine(otherKeys, "root.pem");

        Assert.Equal("SIGNATURE_INVALID", await ReasonAsync(altered));
        Assert.Equal("MALFORMED", await ReasonAsync(_folder.Write("garbage.lic", "garbage")));
        Assert.Equal("WRONG_PRODUCT", await ReasonAsync(license, "--product", "another"));
        Assert.Equal("BUILD_NOT_COVERED", await ReasonAsync(license, "--product", estate.ProductCode, "--build-date", "2026-11-01"));
        Assert.Equal("FILE_EXPIRED", await ReasonAsync(license, "--at", "+300d"));
        Assert.Equal("LICENSE_ENDED", await ReasonAsync(license, "--at", "2036-01-02"));
        var untrusted = (await _service.EntitleAsync("verify", license, "--root", otherRoot, "--json")).Ended(4);
        Assert.Equal("UNTRUSTED_ROOT", (string?)untrusted.Json["reason"]);
    }

    [Fact]
    public async Task Previews_the_refusal_that_activate_gives()
    {
        var estate = await Estate.CreateAsync(_service);
        (await estate.RequestAsync(_service, _folder.Path, "a.lrq")).Succeeded();
        (await _service.EntitleAsync("license", "suspend", estate.License, "--reason", "unpaid")).Succeeded();
        var request = _folder.File("a.lrq");

        var preview = (await _service.EntitleAsync("preview", request)).Ended(1);
        var activate = (await _service.EntitleAsync("activate", request, "--out", _folder.File("a.lic"))).Ended(1);

        Assert.Contains("refused", preview.Output, StringComparison.Ordinal);
        Assert.Contains("entitle: LICENSE_SUSPENDED:", preview.Error, StringComparison.Ordinal);
        Assert.Equal(activate.Error, preview.Error);
        Assert.False(File.Exists(_folder.File("a.lic")));
    }

    [Fact]
    public async Task Reads_devices_from_csv_and_json()
    {
        var estate = await Estate.CreateAsync(_service);
        var csv = _folder.Write("d.csv", "id,feature,model\n\"cam,1\",camera,\"the \"\"best\"\"\"\ncam-2,camera,\n");
        var json = _folder.Write("d.json", """[{"id": "tool-1", "feature": "tool"}]""");

        (await estate.RequestAsync(_service, _folder.Path, "csv.lrq", "--devices", csv)).Succeeded();
        (await estate.RequestAsync(_service, _folder.Path, "json.lrq", "--devices", json)).Succeeded();

        var devices = (await InspectAsync("csv.lrq"))["payload"]!["devices"]!.AsArray();
        Assert.Equal(["cam,1", "cam-2"], devices.Select(device => (string?)device!["id"]));
        Assert.Equal("the \"best\"", (string?)devices[0]!["model"]);
        Assert.Equal("tool-1", (string?)(await InspectAsync("json.lrq"))["payload"]!["devices"]![0]!["id"]);
    }

    [Theory]
    [InlineData("d.csv", "id,feature\ncam-1\n", "line 2: 1 values, and the heading names 2")]
    [InlineData("d.csv", "name,feature\n", "line 1: the heading must be")]
    [InlineData("d.json", "[{\"id\": \"a\"}]", "line 1, $[0]")]
    public async Task Names_the_place_where_a_device_file_is_wrong(string name, string content, string place)
    {
        var estate = await Estate.CreateAsync(_service);

        var refused = (await estate.RequestAsync(_service, _folder.Path, "a.lrq", "--devices", _folder.Write(name, content))).Ended(4);

        Assert.Contains(place, refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("a.lrq")));
    }

    [Fact]
    public async Task Inspects_sound_files_and_shows_no_whole_code()
    {
        var (estate, license) = await ActivateAsync();

        var request = (await _service.EntitleAsync("inspect", _folder.File("a.lrq"))).Succeeded().Output;
        var file = (await _service.EntitleAsync("inspect", license)).Succeeded().Output;

        Assert.Contains("Signature\tholds", request, StringComparison.Ordinal);
        Assert.Contains("Signature\tholds", file, StringComparison.Ordinal);
        Assert.Contains(estate.Slc[^4..], file, StringComparison.Ordinal);
        Assert.DoesNotContain(estate.Slc, request + file, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspects_a_key_set()
    {
        await File.WriteAllTextAsync(_folder.File("jwks.json"), (await _service.EntitleAsync("keys", "jwks")).Succeeded().Output);

        var shown = await InspectAsync("jwks.json");

        Assert.Equal("key set (JWKS)", (string?)shown["kind"]);
        Assert.Empty(shown["problems"]!.AsArray());
    }

    [Fact]
    public async Task Inspects_broken_files_and_names_what_is_wrong()
    {
        var (_, license) = await ActivateAsync();
        await LicenseFiles.AlterAsync(license, _folder.File("altered.lic"));
        _folder.Write("garbage", "garbage");
        _folder.Write("cut.lrq", (await File.ReadAllTextAsync(_folder.File("a.lrq")))[..200]);

        Assert.Equal("BAD_SIGNATURE", await ProblemAsync("altered.lic"));
        Assert.Equal("NOT_A_KNOWN_FILE", await ProblemAsync("garbage"));
        Assert.NotNull(await ProblemAsync("cut.lrq"));
    }

    public void Dispose() => _folder.Dispose();

    private async Task<(Estate Estate, string License)> ActivateAsync(params string[] licenseOptions)
    {
        var estate = await Estate.CreateAsync(_service, licenseOptions);
        // Covered by any care: what verify makes of another build is its own matter.
        var request = (await estate.RequestAsync(_service, _folder.Path, "a.lrq", "--build-date", "2026-01-01")).Succeeded();
        Assert.Contains("Instance key", request.Output, StringComparison.Ordinal);
        (await _service.EntitleAsync("activate", _folder.File("a.lrq"), "--out", _folder.File("a.lic"))).Succeeded();
        return (estate, _folder.File("a.lic"));
    }

    private Task<Finished> VerifyAsync(string license, params string[] options) =>
        _service.EntitleAsync(["verify", license, "--root", _service.RootFile, "--json", .. options]);

    private async Task<string?> ReasonAsync(string license, params string[] options) =>
        (string?)(await VerifyAsync(license, options)).Ended(4).Json["reason"];

    private async Task<System.Text.Json.Nodes.JsonNode> InspectAsync(string name) =>
        (await _service.EntitleAsync("inspect", _folder.File(name), "--json")).Succeeded().Json;

    private async Task<string?> ProblemAsync(string name) => (string?)(await InspectAsync(name))["problems"]![0]!["code"];
}
