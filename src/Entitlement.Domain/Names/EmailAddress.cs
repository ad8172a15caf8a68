using System.Buffers;
using System.Globalization;
using Entitlement.Domain.Errors;

namespace Entitlement.Domain.Names;

/// <summary>
/// A mail address in the one spelling that is kept and compared: ASCII in lower case, the domain in punycode. Addresses are
/// compared without case, so that one mailbox is one person.
/// </summary>
public static class EmailAddress
{
    /// <summary>RFC 5321, 4.5.3.1.3: a path of 256 octets, less its angle brackets.</summary>
    public const int MaxLength = 254;

    private const int MaxLocalLength = 64;

    // RFC 5322's atext and the dot; quoted local parts exist on paper only, and are what injections are made of.
    private static readonly SearchValues<char> LocalCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+-/=?^_`{|}~");

    private static readonly SearchValues<char> DomainCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-");

    private static readonly IdnMapping Domains = new() { UseStd3AsciiRules = true };

    /// <param name="text">What the caller sent.</param>
    /// <param name="field">The request field it came in, for the refusal.</param>
    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>: not an address.</exception>
    public static string Parse(string text, string field)
    {
        var at = text.LastIndexOf('@');
        var address = at < 1 || at == text.Length - 1 || text.Length > MaxLength
            ? null
            : $"{text[..at].ToLowerInvariant()}@{ToAscii(text[(at + 1)..])}";
        return address is not null && IsValid(address)
            ? address
            : throw Refusal.InvalidArgument(
                field, $"must be a mail address such as ann@example.com, in ASCII or with a domain that has a punycode form, of at most {MaxLength} characters");
    }

    private static bool IsValid(string address)
    {
        var at = address.LastIndexOf('@');
        var local = address.AsSpan(0, at);
        var domain = address.AsSpan(at + 1);
        return address.Length <= MaxLength
            && local.Length <= MaxLocalLength
            && !local.ContainsAnyExcept(LocalCharacters)
            && AreDotsInside(local)
            && !domain.ContainsAnyExcept(DomainCharacters)
            && AreDotsInside(domain);
    }

    private static bool AreDotsInside(ReadOnlySpan<char> text) =>
        !text.IsEmpty && text[0] != '.' && text[^1] != '.' && text.IndexOf("..", StringComparison.Ordinal) < 0;

    private static string ToAscii(string domain)
    {
        try
        {
            return Domains.GetAscii(domain).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            // What has no punycode form; an empty domain is no address.
            return "";
        }
    }
}
