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
