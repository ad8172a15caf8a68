using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Entitlement.Client.Tests.Support;
using Entitlement.Client.Verification;
using Entitlement.Formats;

namespace Entitlement.Client.Tests.Verification;

/// <summary>A license file about to be issued and what it will be checked against; faults change either.</summary>
internal sealed class Scene
{
    public Scene(Vendor vendor)
    {
        Vendor = vendor;
        Claims = vendor.Claims;
        Certificate = vendor.Certificate;
        Options = new VerificationOptions
        {
            PinnedRoots = [vendor.Root],
            Product = "demo",
            BuildDate = new DateOnly(2026, 11, 1),
            KeyThumbprint = Jwk.FromKey(vendor.InstanceKey).Thumbprint,
            Components = Samples.Components,
            LastSeenGeneration = 3,
            RevokedKeys = null,
            RevokedActivations = null,
            Now = Samples.Now.AddHours(1),
            IsClockBelieved = true,
        };
    }

    public Vendor Vendor { get; }

    public LicenseClaims Claims { get; set; }

    public X509Certificate2 Certificate { get; set; }

    public VerificationOptions Options { get; set; }

    /// <summary>Changes to the text of header and payload, made before signing.</summary>
    public List<Action<JsonObject, JsonObject>> Edits { get; } = [];

    public bool IsSignedByAnother { get; set; }

    public byte[] Issue()
    {
        var parts = RawJws.Parts(Vendor.Issue(Claims, Vendor.Key, Certificate));
        var (header, payload) = (RawJws.Json(parts[0]), RawJws.Json(parts[1]));
        Edits.ForEach(edit => edit(header, payload));
        return RawJws.Sign(header, payload, IsSignedByAnother ? Vendor.InstanceKey : Vendor.Key);
    }

    public VerificationResult Verify() => LicenseVerifier.Verify(Issue(), Options);

    /// <summary>A certificate for the signing key with something else than the profile has.</summary>
    public X509Certificate2 Certify(
        Action<CertificateRequest> change, TimeSpan? validity = null, ECDsa? signer = null)
    {
        var request = new CertificateRequest("CN=other", Vendor.Key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForEndEntity(critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid(CertificateProfile.LicenseSigning)], critical: false));
        change(request);
        var from = Samples.Now.AddDays(-5);
        var generator = X509SignatureGenerator.CreateForECDsa(signer ?? Vendor.RootKey);
        var until = from + (validity ?? TimeSpan.FromDays(30));
        return request.Create(Vendor.Root.SubjectName, generator, from, until, [1, 2, 3]);
    }

    public RevokedActivationList ListThatRevokesTheFile() => RevokedActivationList.Read(
        Vendor.RevokedFiles(1, (Claims.Subject, Claims.Generation)), [Vendor.Root], revokedKeys: null);

    public RevokedKeyList ListThatRevokesTheKey() =>
        RevokedKeyList.Read(Vendor.RevokedKeys(number: 1, Vendor.KeyId), [Vendor.Root]);
}
