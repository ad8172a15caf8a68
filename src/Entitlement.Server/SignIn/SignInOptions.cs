using System.ComponentModel.DataAnnotations;
using Entitlement.Domain.SignIn;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.SignIn;

/// <summary>How people sign in by passwords. Section <c>SignIn</c>; checked when the server starts.</summary>
internal sealed class SignInOptions : IValidatableObject
{
    public const string Section = "SignIn";

    /// <summary>Whether people sign in by passwords at all; without them <c>OpenIdConnect:Issuer</c> is required.</summary>
    public bool Passwords { get; init; } = true;

    /// <summary>Fewest characters of a password that somebody chooses.</summary>
    [Range(8, 128)]
    public int MinPasswordLength { get; init; } = 12;

    /// <summary>
    /// Rounds of PBKDF2 with HMAC-SHA-512 for a password. The default is what OWASP's password storage cheat sheet asks for.
    /// Passwords that were hashed with fewer are hashed anew when somebody signs in.
    /// </summary>
    [Range(100_000, 10_000_000)]
    public int PasswordRounds { get; init; } = 210_000;

    /// <summary>How many passwords are hashed at once. Default: half of the processors, at least one.</summary>
    [Range(1, 1_000)]
    public int? MaxHashes { get; init; }

    /// <summary>How many more may wait for their turn, and how many of one address; beyond that they are refused.</summary>
    [Range(0, 10_000)]
    public int MaxWaitingHashes { get; init; } = 64;

    /// <inheritdoc cref="MaxWaitingHashes"/>
    [Range(0, 10_000)]
    public int MaxWaitingHashesPerAddress { get; init; } = 16;

    /// <summary>How many tries for one person may fail before more are held up.</summary>
    [Range(1, 100)]
    public int MaxFailures { get; init; } = 5;

    /// <summary>For how long they are then; each further failure doubles it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan FirstLock { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>For how long at most.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan LongestLock { get; init; } = TimeSpan.FromHours(1);

    /// <summary>When a session ends however much it is used.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "90.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromHours(12);

    /// <summary>When a session ends that is not used.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "90.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan SessionIdleTime { get; init; } = TimeSpan.FromHours(2);

    /// <summary>How many sessions of one person there may be; of more the one ends that was not used for the longest time.</summary>
    [Range(1, 1_000)]
    public int MaxSessions { get; init; } = 20;

    /// <summary>For how long the places where a person was signed in are remembered.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "365.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan RememberPlaces { get; init; } = TimeSpan.FromDays(90);

    /// <summary>How long a link to set a password works that a person asked for.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "7.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan LinkLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a link works that comes with a welcome, or from the server's own command.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "90.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan WelcomeLinkLifetime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long an initial password may be used.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "90.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan InitialPasswordLifetime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How many links a person is sent within an hour, however often it is asked for.</summary>
    [Range(1, 100)]
    public int MaxLinksPerHour { get; init; } = 3;

    public PasswordRule PasswordRule => new(MinPasswordLength);

    public LockRule LockRule => new(MaxFailures, FirstLock, LongestLock);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (LongestLock < FirstLock)
        {
            yield return Wrong(nameof(LongestLock), $"must not be shorter than {Section}:{nameof(FirstLock)}");
        }

        if (SessionIdleTime > SessionLifetime)
        {
            yield return Wrong(nameof(SessionIdleTime), $"must not be longer than {Section}:{nameof(SessionLifetime)}");
        }
    }

    private static ValidationResult Wrong(string name, string rule) => new($"{Section}:{name} {rule}.");
}

[OptionsValidator]
internal sealed partial class SignInOptionsValidator : IValidateOptions<SignInOptions>;
