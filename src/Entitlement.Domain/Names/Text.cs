using System.Buffers;
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

    private static readonly SearchValues<char> ProductCodeCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

    private static readonly SearchValues<char> FeatureCodeCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Checks a text for people: its length, and that it has no control characters, which would garble lists and mails.</summary>
    public static string Require(string text, string field, int minLength, int maxLength)
    {
        if (text.Length < minLength || text.Length > maxLength)
        {
            throw Refusal.InvalidArgument(field, minLength == 0
                ? $"must be at most {maxLength} characters"
                : $"must be {minLength} to {maxLength} characters");
        }

        return text.Any(char.IsControl) ? throw Refusal.InvalidArgument(field, "must not contain control characters") : text;
    }

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

    /// <summary>Null when the caller gave none.</summary>
    public static string? ExternalRef(string text, string field) => text switch
    {
        "" => null,
        { Length: <= MaxExternalRefLength } when !text.AsSpan().ContainsAnyExceptInRange('!', '~') => text,
        _ => throw Refusal.InvalidArgument(
            field, $"must be at most {MaxExternalRefLength} printable ASCII characters without spaces"),
    };
}
