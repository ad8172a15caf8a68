using System.Buffers.Text;
using System.Text;
using Entitlement.Formats;

namespace Entitlement.Client.Tests.Formats;

public sealed class CanonicalBase64UrlTests
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /// <summary>
    /// Every text of two to four characters of the alphabet and some outside of it: only what encoding gives is read.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Reads_a_text_only_if_encoding_its_bytes_gives_it(int length)
    {
        foreach (var text in Texts(length))
        {
            var bytes = CanonicalBase64Url.TryDecode(Encoding.ASCII.GetBytes(text));

            Assert.True(bytes is null || Base64Url.EncodeToString(bytes) == text, text);
            Assert.Equal(IsCanonical(text), bytes is not null);
        }
    }

    private static bool IsCanonical(string text) =>
        text.All(character => Alphabet.Contains(character, StringComparison.Ordinal))
        && (text.Length % 4) switch
        {
            1 => false,
            2 => Alphabet.IndexOf(text[^1], StringComparison.Ordinal) % 16 == 0,
            3 => Alphabet.IndexOf(text[^1], StringComparison.Ordinal) % 4 == 0,
            _ => true,
        };

    /// <summary>All texts of the last two characters, behind a fixed beginning.</summary>
    private static IEnumerable<string> Texts(int length) =>
        from one in Alphabet + "=+/% \n\t."
        from other in Alphabet + "=+/% \n\t."
        select $"AA{one}{other}"[(4 - length)..];
}
