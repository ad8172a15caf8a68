using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Entitlement.Client.Tests.Support;

/// <summary>Writes files as a hostile or clumsy maker would: whatever is given is encoded and signed.</summary>
internal static class RawJws
{
    public static byte[] Sign(JsonNode header, JsonNode payload, ECDsa key) =>
        Sign(header.ToJsonString(), payload.ToJsonString(), key);

    public static byte[] Sign(string header, string payload, ECDsa key) =>
        Sign(Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(payload), key);

    public static byte[] Sign(byte[] header, byte[] payload, ECDsa key)
    {
        var input = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(payload)}";
        var signature = key.SignData(
            Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256,
            DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return Encoding.ASCII.GetBytes($"{input}.{Base64Url.EncodeToString(signature)}\n");
    }

    /// <summary>A file of the same header, with its payload changed.</summary>
    /// <param name="file">As it should be.</param>
    /// <param name="change">Of the payload.</param>
    /// <param name="key">Signs it anew: the one that the header names, or not.</param>
    public static byte[] Alter(byte[] file, Action<JsonObject> change, ECDsa key)
    {
        var parts = Parts(file);
        var payload = Json(parts[1]);
        change(payload);
        return Sign(Json(parts[0]), payload, key);
    }

    public static string[] Parts(byte[] file) => Encoding.ASCII.GetString(file).TrimEnd('\n').Split('.');

    public static byte[] Join(params string[] parts) => Encoding.ASCII.GetBytes(string.Join('.', parts) + "\n");

    public static JsonObject Json(string part) => JsonNode.Parse(Base64Url.DecodeFromChars(part))!.AsObject();
}
