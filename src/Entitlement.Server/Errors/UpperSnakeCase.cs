namespace Entitlement.Server.Errors;

/// <summary>Names of values as the contract writes them.</summary>
internal static class UpperSnakeCase
{
    /// <summary><c>SlcUnknown</c> is <c>SLC_UNKNOWN</c>; a run of capitals stays together.</summary>
    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum
    {
        var name = $"{value}";
        return string.Concat(name.Select((letter, i) =>
            i > 0 && char.IsAsciiLetterUpper(letter) && !char.IsAsciiLetterUpper(name[i - 1])
                ? $"_{letter}"
                : $"{char.ToUpperInvariant(letter)}"));
    }
}
