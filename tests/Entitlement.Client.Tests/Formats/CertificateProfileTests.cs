using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Entitlement.Client.Tests.Support;
using Entitlement.Formats;

namespace Entitlement.Client.Tests.Formats;

/// <summary>Which certificates a root is believed to have issued.</summary>
public sealed class CertificateProfileTests : IDisposable
{
    private readonly Vendor _vendor = new();

    public void Dispose() => _vendor.Dispose();

    [Theory]
    [InlineData("SHA256")]
    [InlineData("SHA384")]
    [InlineData("SHA512")]
    public void Believes_a_root_that_hashes_with(string hash)
    {
        using var certificate = Issue(new HashAlgorithmName(hash));

        Assert.Equal(CertificateProblem.None, Check(certificate.RawData));
    }

    [Fact]
    public void Believes_no_root_that_hashes_with_SHA1()
    {
        using var certificate = Issue(HashAlgorithmName.SHA256, new ByHashOfYesterday(_vendor.RootKey));

        Assert.Equal(CertificateProblem.UntrustedRoot, Check(certificate.RawData));
    }

    [Fact]
    public void Believes_no_certificate_of_which_a_byte_was_changed()
    {
        var genuine = _vendor.Certificate.RawData;
        Assert.Equal(CertificateProblem.None, Check(genuine));

        var believed = Enumerable.Range(0, genuine.Length).Where(index =>
        {
            var changed = (byte[])genuine.Clone();
            changed[index] ^= 1;
            return Check(changed) == CertificateProblem.None;
        });

        Assert.Empty(believed);
    }

    [Fact]
    public void Believes_no_certificate_with_something_behind_the_signature()
    {
        var parts = new AsnReader(_vendor.Certificate.RawDataMemory, AsnEncodingRules.DER).ReadSequence();
        var longer = new AsnWriter(AsnEncodingRules.DER);
        using (longer.PushSequence())
        {
            while (parts.HasData)
            {
                longer.WriteEncodedValue(parts.ReadEncodedValue().Span);
            }

            longer.WriteNull();
        }

        Assert.NotEqual(CertificateProblem.None, Check(longer.Encode()));
    }

    [Fact]
    public void Believes_no_certificate_that_names_another_algorithm_inside_than_outside()
    {
        using var inside = Issue(HashAlgorithmName.SHA384);
        using var outside = Issue(HashAlgorithmName.SHA256);
        var signed = new AsnReader(inside.RawDataMemory, AsnEncodingRules.DER).ReadSequence().ReadEncodedValue();
        var parts = new AsnReader(outside.RawDataMemory, AsnEncodingRules.DER).ReadSequence();
        parts.ReadEncodedValue();
        var certificate = new AsnWriter(AsnEncodingRules.DER);
        using (certificate.PushSequence())
        {
            certificate.WriteEncodedValue(signed.Span);
            certificate.WriteEncodedValue(parts.ReadEncodedValue().Span);
            certificate.WriteBitString(_vendor.RootKey.SignData(
                signed.Span, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        }

        Assert.Equal(CertificateProblem.UntrustedRoot, Check(certificate.Encode()));
    }

    /// <summary>It may constrain what the root is allowed to issue, and nothing here would keep to it.</summary>
    [Fact]
    public void Passes_over_a_root_with_a_critical_extension_that_nobody_knows()
    {
        var request = new CertificateRequest(_vendor.Root.SubjectName, _vendor.RootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        using var plain = request.CreateSelfSigned(Samples.Now.AddDays(-1), Samples.Now.AddDays(9));
        request.CertificateExtensions.Add(new X509Extension("2.5.29.30", [0x30, 0], critical: true));
        using var constrained = request.CreateSelfSigned(Samples.Now.AddDays(-1), Samples.Now.AddDays(9));

        Assert.Equal(CertificateProblem.None, CertificateProfile.Check(_vendor.Certificate, [plain], Samples.Now));
        Assert.Equal(CertificateProblem.UntrustedRoot, CertificateProfile.Check(_vendor.Certificate, [constrained], Samples.Now));
    }

    private X509Certificate2 Issue(HashAlgorithmName hash, X509SignatureGenerator? signer = null)
    {
        var request = new CertificateRequest("CN=signing", _vendor.Key, hash);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForEndEntity(critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid(CertificateProfile.LicenseSigning)], critical: false));
        return request.Create(
            _vendor.Root.SubjectName, signer ?? X509SignatureGenerator.CreateForECDsa(_vendor.RootKey),
            Samples.Now.AddDays(-1), Samples.Now.AddDays(1), [1, 2, 3]);
    }

    private CertificateProblem Check(byte[] certificate)
    {
        var problem = CertificateProfile.Check(certificate, [_vendor.Root], Samples.Now, out var key);
        key?.Dispose();
        return problem;
    }

    /// <summary>Signs with ECDSA and SHA-1, which the platform no longer does by itself.</summary>
    private sealed class ByHashOfYesterday(ECDsa key) : X509SignatureGenerator
    {
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm)
        {
            var identifier = new AsnWriter(AsnEncodingRules.DER);
            using (identifier.PushSequence())
            {
                identifier.WriteObjectIdentifier("1.2.840.10045.4.1");
            }

            return identifier.Encode();
        }

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) =>
            key.SignData(data, HashAlgorithmName.SHA1, DSASignatureFormat.Rfc3279DerSequence);

        protected override PublicKey BuildPublicKey() => new(key);
    }
}
