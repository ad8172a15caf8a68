using System.Buffers.Text;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Entitlement.Client.Tests.Support;
using Entitlement.Client.Verification;
using Entitlement.Formats;

namespace Entitlement.Client.Tests.Formats;

/// <summary>Files of format version 1 that were made once; see the page beside them.</summary>
public sealed class GoldenFormatTests : IDisposable
{
    private const string InstanceThumbprint = "FojoXCb-vG8bn-XVaJc5YuF3UJjk5yoLmFHWVkdRefs";
    private const string RequestHash = "QG7JO4YYj8_PHDnOl_ofMYoIexVxxVunkGAr872iMUE";
    private const string SigningKeyId = "K--TdVi-BqloRtm1PN7rZ5Kt2mQKZ9S8gU95FYJ1xMY";
    private const string RevokedKeyId = "aAn_xw9XRy3ZhsuYxioRwr1sx1ispaKPzt_mAxdU4jg";

    private readonly X509Certificate2 _root =
        X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(Read("root.pem")));

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Reads_the_request_as_it_was_made()
    {
        var file = LicenseRequestFile.Read(Read("request.lrq"));

        Assert.Equal(InstanceThumbprint, file.InstanceKey.Thumbprint);
        Assert.Equal(RequestHash, Base64Url.EncodeToString(file.ContentHash.Span));
        Assert.Equal("arbeitsplatz-größe-7", file.Request.Machine.Name);
        Assert.Equal(7, file.Request.Machine.Components.KindCount);
        Assert.Equal<IEnumerable<RequestedDevice>>(
            [new RequestedDevice("cam-1", "camera", "Model Z"), new RequestedDevice("cam-2", "camera")],
            file.Request.Devices);
        Assert.Equal("accounts/a1/licenses/l1/activations/v0", file.Request.Replaces);
        Assert.Equal((LicenseRequestOperation.Replace, 6), (file.Request.Operation, file.Request.Generation));
    }

    [Fact]
    public void Reads_the_return_receipt_as_it_was_made()
    {
        var file = ReturnReceiptFile.Read(Read("return.ret"));

        Assert.Equal("CZjZHLLWz_v5WUtkF4h8TgM7fgjO8siI0SGLIbh--EA", file.InstanceKey.Thumbprint);
        Assert.Equal(("accounts/a1/licenses/l1/activations/v1", 7), (file.Receipt.Subject, file.Receipt.Generation));
        Assert.Equal(Samples.Now, file.Receipt.IssueTime);
    }

    [Fact]
    public void Reads_the_proof_of_a_call_as_it_was_made()
    {
        var file = CallProofFile.Read(Read("call.jwt"));

        Assert.Equal("u4NuBOLrKwbhR8pQegix7XfFWvfHVd7-9Xly8ZHBvHY", file.InstanceKey.Thumbprint);
        Assert.Equal(
            ("https://licenses.example", "/entitlement.v1.ActivationService/ReportStatus"), (file.Proof.Audience, file.Proof.Rpc));
        Assert.Equal(
            ("accounts/a1/licenses/l1/activations/v1", 9_007_199_254_740_991), (file.Proof.Subject, file.Proof.Sequence));
        Assert.Equal(CallProofFile.HashOf("report"u8), file.Proof.BodyHash);
    }

    [Fact]
    public void Verifies_the_license_as_it_was_issued()
    {
        var result = LicenseVerifier.Verify(Read("license.lic"),
            Options(revokedKeys: RevokedKeyList.Read(Read("keys.krl"), [_root])));

        Assert.Equal(VerificationReason.Valid, result.Reason);
        // Of what floats the file alone gives nothing.
        Assert.Equal((1, 2, 0),
            (result.QuantityOf("export"), result.QuantityOf("camera"), result.QuantityOf("render")));
        Assert.Equal((7, "professional", RequestHash),
            (result.Claims!.Generation, result.Claims.Edition, result.Claims.RequestHash));
        Assert.Equal(Samples.Now.AddDays(14), result.Claims.OverlapUntil);

        // Older than trials.
        Assert.Null(result.Claims.TrialUntil);
    }

    [Theory]
    [InlineData(-1, VerificationReason.Valid)]
    [InlineData(0, VerificationReason.LicenseEnded)]
    public void Verifies_the_license_of_a_trial_up_to_its_end(int secondsFromEnd, VerificationReason reason)
    {
        using var root = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(Read("trial.root.pem")));
        var end = new DateTimeOffset(2026, 12, 7, 0, 0, 0, TimeSpan.Zero);

        var result = LicenseVerifier.Verify(Read("trial.lic"), new VerificationOptions
        {
            PinnedRoots = [root],
            Product = "golden",
            BuildDate = null,
            KeyThumbprint = null,
            Components = null,
            LastSeenGeneration = 1,
            RevokedKeys = null,
            RevokedActivations = null,
            Now = end.AddSeconds(secondsFromEnd),
            IsClockBelieved = true,
        });

        Assert.Equal((reason, end), (result.Reason, result.Claims!.TrialUntil));
    }

    [Fact]
    public void Reads_the_key_set_and_finds_the_key_of_the_license()
    {
        var key = Assert.Single(JsonWebKeySet.Read(Read("jwks.json")));

        Assert.Equal(SigningKeyId, key.KeyId);
        Assert.Equal(CertificateProblem.None,
            CertificateProfile.Check(key.Certificate.Span, [_root], Samples.Now, out var publicKey));
        Assert.True(LicenseFile.Read(Read("license.lic")).IsSignedBy(publicKey!));
        publicKey!.Dispose();
    }

    [Fact]
    public void Reads_the_list_of_revoked_keys()
    {
        var list = RevokedKeyList.Read(Read("keys.krl"), [_root]);

        Assert.Equal((2L, true, false), (list.Number, list.Revokes(RevokedKeyId), list.Revokes(SigningKeyId)));
    }

    [Fact]
    public void Reads_the_list_of_revoked_license_files()
    {
        using var root = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(Read("licenses.root.pem")));

        var list = RevokedActivationList.Read(Read("licenses.rl"), [root], revokedKeys: null);

        Assert.Equal((1_795_348_800, Samples.Now, Samples.Now.AddDays(14)), (list.Number, list.IssueTime, list.ExpireTime));
        Assert.True(list.Voids("accounts/a1/licenses/l1/activations/v1", 3));
        Assert.False(list.Voids("accounts/a1/licenses/l1/activations/v1", 4));
    }

    private static byte[] Read(string name) =>
        File.ReadAllBytes(Repository.File("tests", "golden", "formats", "v1", name));

    private VerificationOptions Options(RevokedKeyList revokedKeys) => new()
    {
        PinnedRoots = [_root],
        Product = "golden",
        BuildDate = new DateOnly(2026, 11, 1),
        KeyThumbprint = InstanceThumbprint,
        Components = LicenseRequestFile.Read(Read("request.lrq")).Request.Machine.Components,
        LastSeenGeneration = 7,
        RevokedKeys = revokedKeys,
        RevokedActivations = null,
        Now = Samples.Now,
        IsClockBelieved = true,
    };
}
