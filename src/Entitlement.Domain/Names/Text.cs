using System.Buffers;
using System.Globalization;
using System.Text;
using Entitlement.Domain.Errors;

namespace Entitlement.Domain.Names;

/// <summary>The rules for texts that people and other systems choose.</summary>
public static class Text
{
    public const int MaxDisplayNameLength = 256;
    public const int MaxProductCodeLength = 64;
    public const int MaxFeatureCodeLength = 128;
    public const int MaxEditionLength = 128;
    public const int MaxExternalRefLength = 128;
    public const int MaxReasonLength = 256;
    public const int MaxRoleIdLength = 63;
    public const int MaxPhoneNumberLength = 32;
    public const int MaxCustomerNumberLength = 64;
    public const int MaxAddressLength = 512;

    private static readonly SearchValues<char> ProductCodeCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

    private static readonly SearchValues<char> FeatureCodeCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    private static readonly SearchValues<char> RoleIdCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private static readonly SearchValues<char> PhoneNumberCharacters = SearchValues.Create("0123456789 +-()./");

    /// <summary>
    /// Checks a text for people: its length, and that it has no characters that nobody can see, which would garble lists and
    /// mails or let one name pass for another.
    /// </summary>
    /// <returns>The text in Unicode's normalization form C, so that what looks alike is alike.</returns>
    public static string Require(string text, string field, int minLength, int maxLength)
    {
        if (!text.EnumerateRunes().All(IsVisible))
        {
            throw Refusal.InvalidArgument(field, "must not contain control, format, private or unassigned characters");
        }

        var normal = text.Normalize();
        return normal.Length >= minLength && normal.Length <= maxLength
            ? normal
            : throw Refusal.InvalidArgument(field, minLength == 0
                ? $"must be at most {maxLength} characters"
                : $"must be {minLength} to {maxLength} characters");
    }

    /// <summary>A person's full name: letters and digits of any language, and the signs that names are written with.</summary>
    /// <returns>In normalization form C.</returns>
    public static string PersonName(string text, string field)
    {
        var name = Require(text, field, 1, MaxDisplayNameLength);
        return name.EnumerateRunes().All(IsOfName) && name.Trim() == name
            ? name
            : throw Refusal.InvalidArgument(
                field, "may hold letters, digits, spaces inside, hyphen, underscore, apostrophe, percent, ampersand, comma and full stop");
    }

    /// <summary>A telephone number as people write it. Null when the caller gave none.</summary>
    public static string? PhoneNumber(string text, string field) => text switch
    {
        "" => null,
        { Length: <= MaxPhoneNumberLength } when !text.AsSpan().ContainsAnyExcept(PhoneNumberCharacters)
            && text.Any(char.IsAsciiDigit) => text,
        _ => throw Refusal.InvalidArgument(
            field, $"must be at most {MaxPhoneNumberLength} characters from digits, spaces and +-()./, with a digit among them"),
    };

    public static string DisplayName(string text, string field) => Require(text, field, 1, MaxDisplayNameLength);

    public static string ProductCode(string text, string field) =>
        text.Length is >= 1 and <= MaxProductCodeLength
        && char.IsAsciiLetterOrDigit(text[0])
        && !text.AsSpan().ContainsAnyExcept(ProductCodeCharacters)
            ? text
            : throw Refusal.InvalidArgument(
                field, $"must be 1 to {MaxProductCodeLength} characters from [a-z0-9._-] and begin with a letter or digit");

    public static string FeatureCode(string text, string field) =>
        text.Length is >= 1 and <= MaxFeatureCodeLength && !text.AsSpan().ContainsAnyExcept(FeatureCodeCharacters)
            ? text
            : throw Refusal.InvalidArgument(field, $"must be 1 to {MaxFeatureCodeLength} characters from [A-Za-z0-9._-]");

    /// <summary>A role's id: a word that roles refer to one another by.</summary>
    public static string RoleId(string text, string field) =>
        text.Length is >= 1 and <= MaxRoleIdLength
        && char.IsAsciiLetterLower(text[0])
        && !text.AsSpan().ContainsAnyExcept(RoleIdCharacters)
            ? text
            : throw Refusal.InvalidArgument(
                field, $"must be 1 to {MaxRoleIdLength} characters from [a-z0-9-] and begin with a letter");

    /// <summary>What a customer is called in the books. Null when the caller gave none.</summary>
    public static string? CustomerNumber(string text, string field) => text switch
    {
        "" => null,
        { Length: <= MaxCustomerNumberLength } when !text.AsSpan().ContainsAnyExceptInRange('!', '~') => text,
        _ => throw Refusal.InvalidArgument(
            field, $"must be at most {MaxCustomerNumberLength} printable ASCII characters without spaces"),
    };

    /// <summary>Null when the caller gave none.</summary>
    public static string? ExternalRef(string text, string field) => text switch
    {
        "" => null,
        { Length: <= MaxExternalRefLength } when !text.AsSpan().ContainsAnyExceptInRange('!', '~') => text,
        _ => throw Refusal.InvalidArgument(
            field, $"must be at most {MaxExternalRefLength} printable ASCII characters without spaces"),
    };

    /// <summary>Whether a character shows; a line break does not, and would make two lines of one name.</summary>
    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
        && rune != Rune.ReplacementChar;

    // Marks belong to the letters of many languages, also where form C has no single character for both.
    private static bool IsOfName(Rune rune) =>
        Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
        || (rune.IsAscii && " -_'%&,.".Contains((char)rune.Value, StringComparison.Ordinal));
}
