using System.Buffers;
using System.Buffers.Text;

namespace Entitlement.Formats;

/// <summary>
/// Base64url (RFC 4648 §5) in the one form that RFC 7515 allows, so that no two texts mean one file. The framework's
/// decoder refuses left-over bits, but takes white space and padding; those give fewer bytes than the length of the
/// text has room for.
/// </summary>
internal static class CanonicalBase64Url
{
    /// <summary>Null when the text is not canonical.</summary>
    public static byte[]? TryDecode(ReadOnlySpan<byte> text)
    {
        if (text.Length % 4 == 1)
        {
            return null;
        }

        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        var status = Base64Url.DecodeFromUtf8(text, bytes, out var consumed, out var written);
        return status == OperationStatus.Done && consumed == text.Length && written == bytes.Length ? bytes : null;
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
