using System.Buffers;
using System.Buffers.Text;

namespace Entitlement.Formats;

/// <summary>
/// Base64url (RFC 4648 §5) in the one form that RFC 7515 allows. The framework's decoder also takes white space,
/// padding and left-over bits, so that many texts would mean one file; those are ruled out here.
/// </summary>
internal static class CanonicalBase64Url
{
    private static readonly SearchValues<byte> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    /// <summary>Null when the text is not canonical.</summary>
    public static byte[]? TryDecode(ReadOnlySpan<byte> text)
    {
        if (text.Length % 4 == 1 || text.ContainsAnyExcept(Alphabet))
        {
            return null;
        }

        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        var status = Base64Url.DecodeFromUtf8(text, bytes, out var consumed, out var written);
        if (status != OperationStatus.Done || consumed != text.Length || written != bytes.Length)
        {
            return null;
        }

        // Only the last group can be written in several ways: it must be the one that encoding gives.
        var rest = bytes.Length % 3;
        Span<byte> last = stackalloc byte[4];
        var length = Base64Url.EncodeToUtf8(bytes.AsSpan(bytes.Length - rest), last);
        return text[^length..].SequenceEqual(last[..length]) ? bytes : null;
    }

    /// <summary>Null when the text is not canonical or does not hold exactly that many bytes.</summary>
    public static byte[]? TryDecode(string text, int length)
    {
        if (text.Length != Base64Url.GetEncodedLength(length) || !System.Text.Ascii.IsValid(text))
        {
            return null;
        }

        Span<byte> ascii = stackalloc byte[text.Length];
        System.Text.Encoding.ASCII.GetBytes(text, ascii);
        return TryDecode(ascii);
    }
}
