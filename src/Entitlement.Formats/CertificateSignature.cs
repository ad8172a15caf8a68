using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Entitlement.Formats;

/// <summary>The signature over an X.509 certificate (RFC 5280, section 4.1.1).</summary>
internal static class CertificateSignature
{
    /// <summary>Whether a key signed the certificate by ECDSA with SHA-2; with anything else, or if it is malformed, it did not.</summary>
    /// <param name="certificate">X.509 in DER.</param>
    /// <param name="key">The issuer's key.</param>
    public static bool IsBy(ECDsa key, ReadOnlyMemory<byte> certificate)
    {
        try
        {
            var reader = new AsnReader(certificate, AsnEncodingRules.DER);
            var parts = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            var signed = parts.ReadEncodedValue();
            var algorithm = parts.ReadEncodedValue();
            var signature = parts.ReadBitString(out var unusedBits);
            parts.ThrowIfNotEmpty();

            // The algorithm stands inside what is signed too, and only there it can't be exchanged.
            return unusedBits == 0
                && AlgorithmInside(signed).Span.SequenceEqual(algorithm.Span)
                && HashOf(algorithm) is { } hash
                && key.VerifyData(signed.Span, signature, hash, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static ReadOnlyMemory<byte> AlgorithmInside(ReadOnlyMemory<byte> signed)
    {
        var version = new Asn1Tag(TagClass.ContextSpecific, tagValue: 0, isConstructed: true);
        var fields = new AsnReader(signed, AsnEncodingRules.DER).ReadSequence();
        if (fields.PeekTag() == version)
        {
            fields.ReadEncodedValue();
        }

        // The serial number stands between.
        fields.ReadIntegerBytes();
        return fields.ReadEncodedValue();
    }

    private static HashAlgorithmName? HashOf(ReadOnlyMemory<byte> algorithm)
    {
        var identifier = new AsnReader(algorithm, AsnEncodingRules.DER).ReadSequence();
        var name = identifier.ReadObjectIdentifier();

        // RFC 5758, section 3.2: no parameters, not even a null.
        identifier.ThrowIfNotEmpty();
        return name switch
        {
            "1.2.840.10045.4.3.2" => HashAlgorithmName.SHA256,
            "1.2.840.10045.4.3.3" => HashAlgorithmName.SHA384,
            "1.2.840.10045.4.3.4" => HashAlgorithmName.SHA512,
            _ => null,
        };
    }
}
