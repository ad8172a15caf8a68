using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Entitlement.Formats;

namespace Entitlement.CommandLine.Files;

/// <summary>What can be said of a file without believing it.</summary>
internal sealed class Inspection
{
    private readonly JsonNode? _header;
    private readonly JsonNode? _payload;
    private readonly List<(string Label, string Value)> _lines = [];
    private readonly List<(string Code, string Message)> _problems = [];

    private Inspection(int length, JsonNode? header, JsonNode? payload) => (Length, _header, _payload) = (length, header, payload);

    public int Length { get; }

    public string Kind { get; private set; } = "unknown";

    /// <summary>Empty where there is none that could be checked.</summary>
    public string Signature { get; private set; } = "";

    /// <summary>Whether the signature is that of the key in the file itself; null where there is none that could be checked.</summary>
    public bool? SignatureHolds { get; private set; }

    public IReadOnlyList<(string Label, string Value)> Lines => _lines;

    public IReadOnlyList<(string Code, string Message)> Problems => _problems;

    public string? HeaderText => _header?.ToJsonString(LenientJson.Readable);

    public string? PayloadText => _payload?.ToJsonString(LenientJson.Readable);

    public static Inspection Of(byte[] file)
    {
        var (header, payload) = LenientJson.PartsOf(file);
        var seen = new Inspection(file.Length, header, payload);
        try
        {
            switch (LenientJson.Text(header, "typ"))
            {
                case LicenseRequestFile.Type:
                    seen.ReadRequest(file);
                    break;
                case ReturnReceiptFile.Type:
                    seen.ReadReceipt(file);
                    break;
                case LicenseFile.Type:
                    seen.ReadLicense(file);
                    break;
                case RevokedKeyList.Type:
                    seen.ReadRevokedKeys(file);
                    break;
                case RevokedActivationList.Type:
                    seen.ReadRevokedFiles(file);
                    break;
                case { } other:
                    seen.Kind = $"JWS of the type {other}";
                    break;
                default:
                    seen.ReadKeysOrNothing(file, isJws: header is not null);
                    break;
            }
        }
        catch (FileFormatException refusal)
        {
            seen._problems.Add((FileFormatException.Name(refusal.Code), refusal.Message));
        }

        return seen;
    }

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("kind", Kind);
        json.WriteNumber("bytes", Length);
        if (SignatureHolds is { } holds)
        {
            json.WriteBoolean("signatureHolds", holds);
        }
        else
        {
            json.WriteNull("signatureHolds");
        }

        json.WritePropertyName("header");
        WriteNode(json, _header);
        json.WritePropertyName("payload");
        WriteNode(json, _payload);
        json.WriteStartArray("problems");
        foreach (var (code, message) in _problems)
        {
            json.WriteStartObject();
            json.WriteString("code", code);
            json.WriteString("message", message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNode(Utf8JsonWriter json, JsonNode? node)
    {
        if (node is null)
        {
            json.WriteNullValue();
        }
        else
        {
            node.WriteTo(json);
        }
    }

    private void ReadRequest(byte[] file)
    {
        Kind = "license request";
        var request = LicenseRequestFile.Inspect(file);
        _lines.AddRange(ClaimLines.Of(request));
        Judge(request.IsVerified);
    }

    private void ReadReceipt(byte[] file)
    {
        Kind = "return receipt";
        var receipt = ReturnReceiptFile.Inspect(file);
        _lines.AddRange(ClaimLines.Of(receipt.Receipt).Append(("Instance key", receipt.InstanceKey.Thumbprint)));
        Judge(receipt.IsVerified);
    }

    private void Judge(bool isVerified)
    {
        SignatureHolds = isVerified;
        Signature = isVerified ? "holds: the file is as the owner of the instance key made it" : "does not hold";
        if (!isVerified)
        {
            _problems.Add(("BAD_SIGNATURE", "The signature is not the one of header.jwk for this content: the file was changed."));
        }
    }

    private void ReadLicense(byte[] file)
    {
        Kind = "license file";
        var license = LicenseFile.Read(file);
        _lines.AddRange(ClaimLines.Of(license.Claims));
        JudgeSigner(license.Certificate, license.KeyId, license.IsSignedBy, "verify FILE --root root.pem");
    }

    /// <summary>Of a file in which the certificate of its signing key stands.</summary>
    /// <param name="command">Which command tells whether it may be believed.</param>
    private void JudgeSigner(ReadOnlyMemory<byte> x5c, string keyId, Predicate<ECDsa> isSignedBy, string command)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(x5c.Span);
            AddCertificate(certificate);
            using var key = certificate.GetECDsaPublicKey();
            var holds = key is not null && isSignedBy(key);
            SignatureHolds = holds;
            Signature = holds
                ? $"holds with the key in the file; whether that key may be believed tells: entitle {command}"
                : "does not hold";
            if (!holds)
            {
                _problems.Add(("BAD_SIGNATURE", "The signature is not that of the certificate's key: the file was changed."));
            }
            else if (Jwk.FromKey(key!).Thumbprint != keyId)
            {
                _problems.Add(("KEY_ID_MISMATCH", "kid is not the thumbprint of the certificate's key."));
            }
        }
        catch (CryptographicException unreadable)
        {
            _problems.Add(("BAD_CERTIFICATE", $"The certificate can't be read: {unreadable.Message}"));
        }
    }

    private void ReadRevokedKeys(byte[] file)
    {
        Kind = "list of revoked signing keys";
        _lines.AddRange(ClaimLines.Of(RevokedKeyList.Inspect(file)));
        Signature = "is the root's, whose certificate is not in the file: not looked at";
    }

    private void ReadRevokedFiles(byte[] file)
    {
        Kind = "list of revoked license files";
        _lines.AddRange(ClaimLines.Of(RevokedActivationList.Inspect(file, out var signer)));
        JudgeSigner(
            signer.Certificate, signer.KeyId, signer.IsSignedBy, "verify LICENSE --root root.pem --revoked-files FILE");
    }

    private void ReadKeysOrNothing(byte[] file, bool isJws)
    {
        if (isJws)
        {
            Kind = "JWS without a type";
            _problems.Add(("WRONG_TYPE", "header.typ is missing, so this is neither a license request nor a license file."));
            return;
        }

        if (!LenientJson.LooksLikeJson(file))
        {
            _problems.Add(("NOT_A_KNOWN_FILE", "Neither a license request, nor a license file, nor a key set: not one line of three parts, and not JSON."));
            return;
        }

        Kind = "key set (JWKS)";
        foreach (var key in JsonWebKeySet.Read(file))
        {
            _lines.Add(("Key", key.KeyId));
            AddKey(key);
        }
    }

    private void AddKey(VerificationKey key)
    {
        if (key.KeyId != key.Key.Thumbprint)
        {
            _problems.Add(("KEY_ID_MISMATCH", $"{key.KeyId} is not the thumbprint of its key, {key.Key.Thumbprint}."));
        }

        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(key.Certificate.Span);
            AddCertificate(certificate);
            using var certified = certificate.GetECDsaPublicKey();
            if (certified is null || Jwk.FromKey(certified) != key.Key)
            {
                _problems.Add(("KEY_MISMATCH", $"The certificate of {key.KeyId} is for another key."));
            }
        }
        catch (CryptographicException)
        {
            _problems.Add(("BAD_CERTIFICATE", $"{key.KeyId} has no certificate that can be read, so it counts for nothing."));
        }
    }

    private void AddCertificate(X509Certificate2 certificate)
    {
        _lines.Add(("Signing certificate", $"{certificate.Subject}, issued by {certificate.Issuer}"));
        var (from, until) = (new DateTimeOffset(certificate.NotBefore), new DateTimeOffset(certificate.NotAfter));
        _lines.Add(("  valid", $"from {ClaimLines.Time(from)} until {ClaimLines.Time(until)}"));
        if (!CertificateProfile.IsSigning(certificate))
        {
            _problems.Add(("CERTIFICATE_UNSUITABLE", "The certificate is not one for signing license files."));
        }
    }
}
