using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Entitlement.Formats;

/// <summary>
/// Writes one compact JSON object. Written member by member, so that what is signed is what stands in the code.
/// </summary>
internal static class JsonText
{
    // Our JSON is never put into a page unescaped; with the default, a file of non-Latin names would be twice as large.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(Action<Utf8JsonWriter> writeMembers, bool indented = false)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Options with { Indented = indented, NewLine = "\n" }))
        {
            json.WriteStartObject();
            writeMembers(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
