using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Entitlement.CommandLine.Files;

/// <summary>Reads as much of a broken file as can be read, for people to look at. Nothing is decided by it.</summary>
internal static class LenientJson
{
    public static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonDocumentOptions Tolerant =
        new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 32, AllowDuplicateProperties = true };

    /// <summary>Header and payload of a JWS, each null where it can't be read.</summary>
    public static (JsonNode? Header, JsonNode? Payload) PartsOf(ReadOnlySpan<byte> file)
    {
        var line = file.Trim(" \t\r\n"u8);
        var first = line.IndexOf((byte)'.');
        if (first < 0)
        {
            return (null, null);
        }

        var rest = line[(first + 1)..];
        var second = rest.IndexOf((byte)'.');
        return (Part(line[..first]), Masked(Part(second < 0 ? rest : rest[..second])));
    }

    public static string? Text(JsonNode? node, string member) =>
        (node as JsonObject)?[member] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static bool LooksLikeJson(ReadOnlySpan<byte> file) => file.TrimStart(" \t\r\n"u8).StartsWith("{"u8);

    private static JsonNode? Part(ReadOnlySpan<byte> base64Url)
    {
        try
        {
            var node = JsonNode.Parse(Base64Url.DecodeFromUtf8(base64Url), documentOptions: Tolerant);
            // A duplicate member shows only when it is looked at.
            return node is null ? null : JsonNode.Parse(node.ToJsonString());
        }
        catch (Exception broken) when (broken is FormatException or JsonException or ArgumentException)
        {
            return null;
        }
    }

    private static JsonNode? Masked(JsonNode? payload)
    {
        if (Text(payload, "slc") is { } code)
        {
            payload!["slc"] = ClaimLines.Ending(code);
        }

        return payload;
    }
}
