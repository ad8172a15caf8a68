using System.Text;
using Entitlement.Domain.Errors;

namespace Entitlement.Domain.SignIn;

/// <summary>
/// Which passwords are accepted. Length is what counts (NIST SP 800-63B, 3.1.1.2): nobody is made to use certain kinds of
/// characters, and all that can be typed may be used.
/// </summary>
/// <param name="MinLength">Fewest characters.</param>
public sealed record PasswordRule(int MinLength)
{
    /// <summary>Most characters: what is hashed must not be the caller's to make as long as he likes.</summary>
    public const int MaxLength = 256;

    /// <summary>How few different characters make a password of any length one that is tried first.</summary>
    private const int MinDifferent = 4;

    /// <summary>Checks a password that somebody chose.</summary>
    /// <param name="password">What was typed.</param>
    /// <param name="email">The person's address, which must not be the password.</param>
    /// <param name="field">The request field it came in, for the refusal.</param>
    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>; never with the password in it.</exception>
    public void Require(string password, string? email, string field)
    {
        var normal = Normalize(password, field);
        if (normal.Length < MinLength)
        {
            throw Refusal.InvalidArgument(field, $"must be {MinLength} to {MaxLength} characters");
        }

        if (normal.Any(char.IsControl))
        {
            throw Refusal.InvalidArgument(field, "must not contain control characters");
        }

        if (normal.Distinct().Count() < MinDifferent)
        {
            throw Refusal.InvalidArgument(field, $"must have {MinDifferent} different characters");
        }

        if (email is not null && normal.Contains(email, StringComparison.OrdinalIgnoreCase))
        {
            throw Refusal.InvalidArgument(field, "must not contain the person's address");
        }
    }

    /// <summary>
    /// The form in which a password is hashed (Unicode's NFKC): the same keys give other characters on other keyboards and
    /// systems.
    /// </summary>
    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>: longer than any password.</exception>
    public static string Normalize(string password, string field)
    {
        if (password.Length > MaxLength)
        {
            throw Refusal.InvalidArgument(field, $"must be at most {MaxLength} characters");
        }

        var normal = password.Normalize(NormalizationForm.FormKC);
        return normal.Length <= MaxLength
            ? normal
            : throw Refusal.InvalidArgument(field, $"must be at most {MaxLength} characters");
    }
}
