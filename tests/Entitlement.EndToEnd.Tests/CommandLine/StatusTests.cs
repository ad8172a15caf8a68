using Entitlement.EndToEnd.Tests.Machinery;
using Entitlement.Testing;

namespace Entitlement.EndToEnd.Tests.CommandLine;

/// <summary>What an installed product says of itself, from a shell.</summary>
public sealed class StatusTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>, IDisposable
{
    private readonly Service _service = fixture.Service;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Leases_what_floats_and_gives_it_back()
    {
        var (estate, license) = await ActivateAsync("--feature", "render:lease:2+1:30m");

        var taken = (await StatusAsync(license, "--lease", "render:3", "--in-use", "render", "--json")).Succeeded().Json;
        var name = (await _service.EntitleAsync("activation", "list", estate.License, "--field", "name")).Succeeded().Output.Trim();
        var shown = (await _service.EntitleAsync("activation", "get", name, "--json")).Succeeded().Json["activation"]!;
        var line = (await _service.EntitleAsync("license", "get", estate.License, "--json")).Succeeded().Json["license"]!["features"]![0]!;
        var refused = (await StatusAsync(license, "--lease", "render:4")).Ended(1);
        var returned = (await StatusAsync(license, "--field", "state")).Succeeded();

        Assert.Equal(("ACTIVATION_STATE_IN_FORCE", 3), ((string?)taken["state"], (int)taken["leases"]![0]!["quantity"]!));
        Assert.Equal("render", (string?)shown["lastReport"]!["featuresInUse"]![0]);
        Assert.Equal((3, 2, 1, 1), ((int)line["held"]!, (int)line["quantity"]!, (int)line["overage"]!, (int)line["over"]!));
        Assert.Equal("1800s", (string?)line["leaseDuration"]);
        Assert.Contains("SEATS_EXHAUSTED", refused.Error, StringComparison.Ordinal);
        Assert.Equal("in-force", returned.Output.Trim());
        Assert.Empty((await _service.EntitleAsync("activation", "get", name, "--json")).Succeeded().Json["activation"]!["leases"]!.AsArray());
    }

    [Fact]
    public async Task Tries_a_product_and_is_let_try_longer()
    {
        var (estate, license) = await ActivateAsync("--trial", "14d");

        var shown = (await _service.EntitleAsync("inspect", license)).Succeeded();
        var trial = (await _service.EntitleAsync("trial", "list", estate.License, "--field", "name")).Succeeded().Output.Trim();
        var extended = (await _service.EntitleAsync(
            "trial", "extend", trial, "--end", "+60d", "--reason", "On leave.", "--json")).Succeeded().Json["trial"]!;
        var read = (await _service.EntitleAsync("trial", "get", trial, "--field", "extensions")).Succeeded();
        var of = (await _service.EntitleAsync("license", "get", estate.License, "--field", "trial_duration")).Succeeded();

        Assert.Contains("Trial until\t", shown.Output, StringComparison.Ordinal);
        Assert.Equal("TRIAL_STATE_RUNNING", (string?)extended["state"]);
        Assert.Equal(("1", "14d"), (read.Output.Trim(), of.Output.Trim()));
    }

    [Fact]
    public async Task Goes_on_after_its_number_was_lost_and_the_copy_is_listed_as_suspected()
    {
        var (estate, license) = await ActivateAsync();
        (await StatusAsync(license, "--product-version", "1.0")).Succeeded();
        File.Delete(Path.Combine(_folder.File("instance"), "call.seq"));

        var again = (await StatusAsync(license, "--product-version", "1.1", "--json")).Succeeded().Json;
        var suspected = (await _service.EntitleAsync("activation", "list", estate.License, "--suspected-clones", "--field", "name")).Succeeded();

        Assert.Equal("ACTIVATION_STATE_IN_FORCE", (string?)again["state"]);
        Assert.StartsWith($"{estate.License}/activations/", suspected.Output, StringComparison.Ordinal);
    }

    private Task<Finished> StatusAsync(string license, params string[] options) =>
        _service.EntitleAsync(["status", license, "--dir", _folder.File("instance"), "--as-product", .. options]);

    private async Task<(Estate Estate, string License)> ActivateAsync(params string[] terms)
    {
        var estate = await Estate.CreateAsync(_service, terms);
        return (estate, await estate.ActivateAsync(_service, _folder.Path));
    }
}
