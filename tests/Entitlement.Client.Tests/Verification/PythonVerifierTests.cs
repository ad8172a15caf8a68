using System.Text;
using System.Text.Json.Nodes;
using Entitlement.Client.Tests.Support;
using Entitlement.Client.Verification;
using Entitlement.Formats;

namespace Entitlement.Client.Tests.Verification;

/// <summary>The example for products in other languages tells every file the same as our own verifier does.</summary>
public sealed class PythonVerifierTests : IDisposable
{
    private readonly Vendor _vendor = new();
    private readonly TemporaryDirectory _directory = new();

    /// <summary>The one page of Python looks at no list of revoked license files, and keeps no record of the time.</summary>
    public static TheoryData<VerificationReason> Reasons =>
    [
        .. Faults.Of.Keys.Except([VerificationReason.FileRevoked, VerificationReason.ClockTurnedBack]),
        VerificationReason.Valid,
    ];

    public void Dispose()
    {
        _vendor.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Tells(VerificationReason reason)
    {
        var scene = new Scene(_vendor);
        Faults.Of.GetValueOrDefault(reason, _ => { })(scene);
        var file = scene.Issue();

        var told = await RunAsync(file, scene.Options);

        Assert.Equal(VerificationReasons.Name(reason), told);
        Assert.Equal(reason, LicenseVerifier.Verify(file, scene.Options).Reason);
    }

    [Fact]
    public async Task Tells_the_end_of_a_trial()
    {
        var scene = new Scene(_vendor);
        scene.Claims = scene.Claims with { TrialUntil = Samples.Now, ExpireTime = Samples.Now };

        Assert.Equal("LICENSE_ENDED", await RunAsync(scene.Issue(), scene.Options));
        Assert.Equal(VerificationReason.LicenseEnded, scene.Verify().Reason);
    }

    [Theory]
    [InlineData("padding")]
    [InlineData("left-over text")]
    [InlineData("duplicate name")]
    [InlineData("crit")]
    [InlineData("alg none")]
    [InlineData("nothing")]
    public async Task Tells_a_malformed_file_with(string fault)
    {
        var parts = RawJws.Parts(_vendor.Issue());
        var payload = Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]));
        var header = _vendor.Header();
        header[fault == "crit" ? "crit" : "alg"] = fault == "crit" ? new JsonArray("b64") : "none";
        var file = fault switch
        {
            "padding" => RawJws.Join(parts[0], parts[1], parts[2] + "=="),
            "left-over text" => RawJws.Join(parts[0], parts[1], parts[2], ""),
            "duplicate name" => RawJws.Sign(_vendor.Header().ToJsonString(), payload.Insert(1, "\"ver\":1,"),
                _vendor.Key),
            "nothing" => [],
            _ => RawJws.Sign(header.ToJsonString(), payload, _vendor.Key),
        };

        Assert.Equal("MALFORMED", await RunAsync(file, new Scene(_vendor).Options));
    }

    private async Task<string> RunAsync(byte[] license, VerificationOptions options)
    {
        var roots = string.Concat(options.PinnedRoots.Select(root => root.ExportCertificatePem() + "\n"));
        await File.WriteAllBytesAsync(_directory.File("license.lic"), license);
        await File.WriteAllTextAsync(_directory.File("roots.pem"), roots);
        await File.WriteAllTextAsync(_directory.File("machine.json"), ToJson(options.Components!).ToJsonString());
        string[] arguments =
        [
            Repository.File("src", "Entitlement.Client", "examples", "verify_license.py"),
            _directory.File("license.lic"), _directory.File("roots.pem"),
            "--product", options.Product!, "--build-date", $"{options.BuildDate:yyyy-MM-dd}",
            $"--jkt={options.KeyThumbprint}",
            "--machine", _directory.File("machine.json"), "--gen", $"{options.LastSeenGeneration}",
            "--now", $"{options.Now.ToUnixTimeSeconds()}",
            .. options.RevokedKeys?.Keys.SelectMany(key => (string[])[$"--revoked-kid={key.KeyId}"]) ?? [],
        ];

        var (exitCode, output, error) = await Tool.RunAsync(Tool.Python, arguments);

        Assert.True(error.Length == 0, error);
        Assert.Equal(output.Trim() == "VALID", exitCode == 0);
        return output.Trim();
    }

    private static JsonObject ToJson(MachineComponents components) => new(components.Kinds.Select(kind =>
        KeyValuePair.Create(
        MachineComponents.Name(kind), (JsonNode?)new JsonArray([.. components[kind].Select(hash => (JsonNode)hash)]))));
}
