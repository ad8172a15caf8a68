using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Entitlement.Formats;
using Entitlement.Signing;

namespace Entitlement.Client.Tests.Support;

/// <summary>A vendor with a root and a signing key, and a product installed at a customer's.</summary>
internal sealed class Vendor : IDisposable
{
    private readonly DateTimeOffset _now;

    public Vendor()
        : this(Samples.Now)
    {
    }

    /// <param name="now">When it is; its keys are a few days old.</param>
    public Vendor(DateTimeOffset now)
    {
        _now = now;
        Root = CertificateIssuer.CreateRoot(RootKey, "Test vendor", now.AddDays(-10));
        Certificate = CertificateIssuer.CreateSigning(Key, Root, RootKey, now.AddDays(-1));
    }

    public ECDsa RootKey { get; } = Samples.NewKey();

    public ECDsa Key { get; } = Samples.NewKey();

    public ECDsa InstanceKey { get; } = Samples.NewKey();

    public X509Certificate2 Root { get; }

    public X509Certificate2 Certificate { get; }

    public string KeyId => Jwk.FromKey(Key).Thumbprint;

    public LicenseClaims Claims => Samples.Claims(Jwk.FromKey(InstanceKey), _now);

    public byte[] Issue(LicenseClaims? claims = null) => Issue(claims ?? Claims, Key, Certificate);

    public static byte[] Issue(LicenseClaims claims, ECDsa key, X509Certificate2 certificate) =>
        LicenseFile.Write(claims, Jwk.FromKey(key).Thumbprint, certificate.RawDataMemory.Span, input =>
            key.SignData(input, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    public JsonObject Header() => RawJws.Json(RawJws.Parts(Issue())[0]);

    public JsonObject Payload() => RawJws.Json(RawJws.Parts(Issue())[1]);

    /// <summary>A list that the root key signed.</summary>
    public byte[] RevokedKeys(int number, params string[] keyIds) => RawJws.Sign(
        new JsonObject { ["alg"] = "ES256", ["typ"] = "krl+jwt", ["kid"] = Jwk.FromKey(RootKey).Thumbprint },
        new JsonObject
        {
            ["number"] = number,
            ["iat"] = _now.ToUnixTimeSeconds(),
            ["next_update"] = _now.AddDays(30).ToUnixTimeSeconds(),
            ["keys"] = new JsonArray([.. keyIds.Select(keyId => new JsonObject { ["kid"] = keyId, ["since"] = 1 })]),
        },
        RootKey);

    /// <summary>A list that the signing key signed.</summary>
    public byte[] RevokedFiles(long number, params (string Activation, int Generation)[] entries) => RevokedActivationList.Write(
        number,
        _now,
        _now.AddDays(14),
        entries.Select(entry => KeyValuePair.Create(entry.Activation, entry.Generation)),
        KeyId,
        Certificate.RawDataMemory.Span,
        input => Key.SignData(input, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    public void Dispose()
    {
        RootKey.Dispose();
        Key.Dispose();
        InstanceKey.Dispose();
        Root.Dispose();
        Certificate.Dispose();
    }
}
