using System.Text.Json.Nodes;
using Entitlement.EndToEnd.Tests.Machinery;

namespace Entitlement.EndToEnd.Tests.Kubernetes;

/// <summary>What <c>kubectl kustomize</c> makes of a folder, as objects.</summary>
internal sealed class Rendering
{
    /// <summary>The first kubectl that knows patches by the name they have in our files.</summary>
    private const int FirstMinorWithPatches = 21;

    private const string YamlToJson =
        "import json, sys, yaml; print(json.dumps([o for o in yaml.safe_load_all(sys.stdin) if o]))";

    private readonly JsonArray _objects;

    private Rendering(JsonArray objects) => _objects = objects;

    public IEnumerable<JsonNode> All => _objects.Select(item => item!);

    public JsonNode Deployment => Single("Deployment");

    public JsonNode PodSpec => Deployment["spec"]!["template"]!["spec"]!;

    public JsonNode Container => PodSpec["containers"]!.AsArray().Single()!;

    public static async Task<Rendering> OfAsync(string folder)
    {
        using var copy = new TemporaryFolder();
        (await Command.RunAsync("cp", "-r", Repository.At("k8s"), copy.File("k8s"))).Succeeded();
        if (await MinorVersionAsync() < FirstMinorWithPatches)
        {
            // Debian 12's kubectl: the same things by the names they had then.
            foreach (var file in Directory.GetFiles(copy.File("k8s/overlays"), "kustomization.yaml", SearchOption.AllDirectories))
            {
                await RewriteForOldKubectlAsync(file);
            }
        }

        var script = $"kubectl kustomize \"$1\" | /usr/bin/python3 -c '{YamlToJson}'";
        var rendered = (await Command.RunAsync("bash", "-o", "pipefail", "-c", script, "render", copy.File($"k8s/{folder}"))).Succeeded();
        return new Rendering(rendered.Json.AsArray());
    }

    public JsonNode Single(string kind) => Assert.Single(All, item => (string?)item["kind"] == kind);

    /// <summary>Names and values of the options that the server gets, as <c>Section:Key</c>.</summary>
    public Dictionary<string, string> Options()
    {
        var options = Single("ConfigMap")["data"]!.AsObject().ToDictionary(entry => entry.Key, entry => (string)entry.Value!);
        foreach (var variable in Container["env"]!.AsArray())
        {
            options[(string)variable!["name"]!] = (string?)variable["value"] ?? "";
        }

        return options.ToDictionary(
            entry => entry.Key.Replace("__", ":", StringComparison.Ordinal), entry => entry.Value, StringComparer.Ordinal);
    }

    private static async Task<int> MinorVersionAsync()
    {
        var version = (await Command.RunAsync("kubectl", "version", "--client", "-o", "json")).Succeeded().Json;
        return int.Parse(((string)version["clientVersion"]!["minor"]!).TrimEnd('+'), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task RewriteForOldKubectlAsync(string file)
    {
        var text = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, text
            .Replace("resources:\n  - ../../base\n", "bases:\n  - ../../base\nresources:\n", StringComparison.Ordinal)
            .Replace("patches:\n", "patchesStrategicMerge:\n", StringComparison.Ordinal)
            .Replace("- path: ", "- ", StringComparison.Ordinal));
    }
}
