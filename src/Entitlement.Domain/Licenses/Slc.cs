using System.Security.Cryptography;
using Entitlement.Domain.Errors;

namespace Entitlement.Domain.Licenses;

/// <summary>
/// Software license code: the secret that names one license. Five groups of five characters, such as
/// <c>H7KQ3-…-9WXEA</c>: 23 random ones (104 bits) and two check characters.
/// </summary>
/// <remarks>
/// The alphabet has no two characters that look alike in common fonts and its size is a prime p, so that two weighted
/// sums modulo p find every single wrong character and every swap of neighbours, and let one in p² of other mistakes pass.
/// </remarks>
public readonly record struct Slc
{
    /// <summary>Characters without the dashes.</summary>
    public const int Length = 25;

    private const string Alphabet = "34679ACEFGHJKMNPQRTVWXY";
    private const int GroupLength = 5;
    private const int RandomLength = Length - 2;

    private Slc(string value) => Value = value;

    /// <summary>Normalised: upper case, without dashes. As it is stored and looked up.</summary>
    public string Value { get; }

    /// <summary>The last four characters: all that logs, errors and the audit trail may show.</summary>
    public string Ending => Value[^4..];

    /// <summary>Makes a new code.</summary>
    public static Slc Random()
    {
        Span<char> code = stackalloc char[Length];
        RandomNumberGenerator.GetItems(Alphabet, code[..RandomLength]);
        var (sum, weighted) = Sums(code[..RandomLength]);

        // The check characters stand where the weight is 0 and 1 (23 and 24 modulo 23), so each follows from one sum.
        var last = Negate(weighted);
        code[^1] = Alphabet[last];
        code[^2] = Alphabet[Negate((sum + last) % Alphabet.Length)];
        return new Slc(new string(code));
    }

    /// <summary>Takes a stored code, which was checked when it was made.</summary>
    public static Slc FromStored(string value) => new(value);

    /// <summary>Reads what a person typed: in any case, with or without dashes and spaces.</summary>
    /// <exception cref="EntitlementException"><see cref="FailureReason.SlcMistyped"/>: it can't be right.</exception>
    public static Slc Parse(string text)
    {
        Span<char> code = stackalloc char[Length];
        var length = 0;
        foreach (var character in text)
        {
            if (character is '-' or ' ')
            {
                continue;
            }

            var upper = char.ToUpperInvariant(character);
            if (length == Length || !Alphabet.Contains(upper, StringComparison.Ordinal))
            {
                throw Refusal.SlcMistyped();
            }

            code[length++] = upper;
        }

        return length == Length && Sums(code) == (0, 0) ? new Slc(new string(code)) : throw Refusal.SlcMistyped();
    }

    /// <summary>Grouped for reading and typing. A secret: only for callers with <c>license.read_code</c>.</summary>
    public string ToGroups() => string.Join('-', Value.Chunk(GroupLength).Select(group => new string(group)));

    /// <summary>Only the ending, so that no log line or message shows a code by accident.</summary>
    public override string ToString() => $"…{Ending}";

    private static (int Sum, int Weighted) Sums(ReadOnlySpan<char> code)
    {
        var (sum, weighted) = (0, 0);
        for (var i = 0; i < code.Length; i++)
        {
            var digit = Alphabet.IndexOf(code[i], StringComparison.Ordinal);
            sum += digit;
            weighted += i * digit;
        }

        return (sum % Alphabet.Length, weighted % Alphabet.Length);
    }

    private static int Negate(int digit) => (Alphabet.Length - digit) % Alphabet.Length;
}
