using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Entitlement.Client.Tests.Support;
using Entitlement.Formats;

namespace Entitlement.Client.Tests.Formats;

/// <summary>Files must be readable without a line of ours: here by openssl and by Python's jwcrypto.</summary>
public sealed class OtherLanguagesTests : IDisposable
{
    private readonly Vendor _vendor = new();
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _vendor.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Jwcrypto_verifies_our_license_through_its_own_certificate()
    {
        await Tool.RequireJwcryptoAsync();
        var file = Write("license.lic", _vendor.Issue());

        var (exitCode, output, error) = await Tool.RunAsync(Tool.Python, "-c",
            """
            import base64, json, sys
            from jwcrypto import jwk, jws
            token = jws.JWS()
            token.deserialize(open(sys.argv[1]).read().strip())
            token.allowed_algs = ["ES256"]
            header = json.loads(token.objects["protected"])
            pem = "-----BEGIN CERTIFICATE-----\n" + header["x5c"][0] + "\n-----END CERTIFICATE-----\n"
            key = jwk.JWK.from_pem(pem.encode())
            token.verify(key)
            assert key.thumbprint() == header["kid"]
            sys.stdout.write(token.payload.decode())
            """,
            file);

        Assert.True(exitCode == 0, error);
        Assert.Equal("https://licenses.example", JsonDocument.Parse(output).RootElement.GetProperty("iss").GetString());
    }

    [Fact]
    public async Task Jwcrypto_makes_a_request_that_we_accept()
    {
        await Tool.RequireJwcryptoAsync();
        var claims = Write("claims.json",
            Encoding.UTF8.GetBytes(Samples.RequestPayload(_vendor.InstanceKey).ToJsonString()));

        var (exitCode, output, error) = await Tool.RunAsync(Tool.Python, "-c",
            """
            import json, sys
            from jwcrypto import jwk, jws
            key = jwk.JWK.generate(kty="EC", crv="P-256")
            token = jws.JWS(open(sys.argv[1]).read().encode())
            header = {"alg": "ES256", "typ": "lrq+jwt", "jwk": json.loads(key.export_public())}
            token.add_signature(key, alg="ES256", protected=json.dumps(header))
            print(token.serialize(compact=True))
            """,
            claims);

        Assert.True(exitCode == 0, error);
        var request = LicenseRequestFile.Read(Encoding.ASCII.GetBytes(output));
        Assert.Equal(Samples.Request.Jti, request.Request.Jti);
        Assert.True(request.IsVerified);
    }

    [Theory]
    [InlineData("lic", "sub")]
    [InlineData("rl", "activations")]
    [InlineData("krl", "keys")]
    [InlineData("call", "rpc")]
    public async Task Jwcrypto_verifies_what_we_sign_and_refuses_it_when_anything_is_changed(string kind, string claim)
    {
        await Tool.RequireJwcryptoAsync();
        using var other = new Vendor();
        var body = Write("body", [1, 2, 3]);
        var otherBody = Write("other", [1, 2, 4]);
        var file = Sign(kind, await File.ReadAllBytesAsync(body));
        var parts = RawJws.Parts(file);
        var changed = RawJws.Json(parts[1]);
        changed["iat"] = 1;
        var payload = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(changed.ToJsonString()));

        var verified = await VerifyAsync(file, _vendor, body);
        var altered = await VerifyAsync(RawJws.Join(parts[0], payload, parts[2]), _vendor, body);

        // A call is its own key's, and goes with one body; all else has a root.
        var stranger = kind == "call" ? await VerifyAsync(file, _vendor, otherBody) : await VerifyAsync(file, other, body);

        Assert.True(verified.ExitCode == 0, verified.Error);
        Assert.True(JsonDocument.Parse(verified.Output).RootElement.TryGetProperty(claim, out _));
        Assert.Equal((1, 1), (altered.ExitCode, stranger.ExitCode));
    }

    [Fact]
    public async Task Openssl_verifies_the_signature_of_a_license()
    {
        var parts = RawJws.Parts(_vendor.Issue());
        var certificate = Write("signing.pem", Encoding.ASCII.GetBytes(_vendor.Certificate.ExportCertificatePem()));
        var (_, publicKey, _) = await Tool.RunAsync("openssl", "x509", "-in", certificate, "-noout", "-pubkey");
        var key = Write("key.pem", Encoding.ASCII.GetBytes(publicKey));
        var signature = Write("signature.der", ToDer(Base64Url.DecodeFromChars(parts[2])));
        var input = Write("input", Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"));
        var changed = Write("changed", Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}A"));

        var (verified, output, error) = await Tool.RunAsync("openssl", "dgst", "-sha256", "-verify", key, "-signature",
            signature, input);
        var (refused, _, _) = await Tool.RunAsync("openssl", "dgst", "-sha256", "-verify", key, "-signature",
            signature, changed);

        Assert.True(verified == 0, output + error);
        Assert.NotEqual(0, refused);
    }

    [Fact]
    public async Task Openssl_leads_the_signing_certificate_to_the_root()
    {
        var root = Write("root.pem", Encoding.ASCII.GetBytes(_vendor.Root.ExportCertificatePem()));
        var leaf = Write("signing.pem", Encoding.ASCII.GetBytes(_vendor.Certificate.ExportCertificatePem()));

        var (exitCode, output, error) = await Tool.RunAsync(
            "openssl", "verify", "-x509_strict", "-no_check_time", "-CAfile", root, leaf);

        Assert.True(exitCode == 0, output + error);
    }

    private byte[] Sign(string kind, byte[] body) => kind switch
    {
        "lic" => _vendor.Issue(),
        "rl" => _vendor.RevokedFiles(7, (_vendor.Claims.Subject, 3)),
        "krl" => RevokedKeyList.Write(
            7, Samples.Now, Samples.Now.AddDays(90), [new RevokedKey(_vendor.KeyId, Samples.Now)], _vendor.RootKey),
        _ => CallProofFile.Write(
            new CallProof
            {
                Audience = "https://licenses.example",
                Rpc = "/entitlement.v1.ActivationService/ReportStatus",
                Subject = _vendor.Claims.Subject,
                Sequence = 1,
                BodyHash = CallProofFile.HashOf(body),
            },
            _vendor.InstanceKey),
    };

    private async Task<(int ExitCode, string Output, string Error)> VerifyAsync(byte[] file, Vendor vendor, string body) =>
        await Tool.RunAsync(
            Tool.Python,
            Repository.File("tests", "Entitlement.EndToEnd.Tests", "scripts", "verify_file.py"),
            Write("file", file),
            Write("root.pem", Encoding.ASCII.GetBytes(vendor.Root.ExportCertificatePem())),
            body);

    private string Write(string name, byte[] content)
    {
        File.WriteAllBytes(_directory.File(name), content);
        return _directory.File(name);
    }

    private static byte[] ToDer(byte[] signature)
    {
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(TrimZeros(signature.AsSpan(0, 32)));
            writer.WriteIntegerUnsigned(TrimZeros(signature.AsSpan(32)));
        }

        return writer.Encode();
    }

    private static ReadOnlySpan<byte> TrimZeros(ReadOnlySpan<byte> number) => number.TrimStart((byte)0);
}
