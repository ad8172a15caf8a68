namespace Entitlement.Domain.SignIn;

/// <summary>
/// How often signing in as one person failed, and until when it is held up for it. What fails from places where the person
/// was signed in before is counted apart: a stranger who fails on purpose holds up strangers, not the person.
/// </summary>
/// <remarks>
/// Addresses that nobody has are counted likewise, many of them together, so that the database does the same for them and
/// nobody can make it grow.
/// </remarks>
public sealed class SignInFailures
{
    /// <summary>How many rows stand for all addresses that nobody has.</summary>
    public const int Strangers = 1 << 14;

    private SignInFailures()
    {
    }

    /// <summary>The person's id; for addresses that nobody has one of <see cref="Strangers"/>.</summary>
    public Guid Id { get; private init; }

    /// <summary>From places where the person was not signed in before.</summary>
    public int Failures { get; private set; }

    /// <summary>Until when these places are held up; null when they are not.</summary>
    public DateTimeOffset? LockedUntil { get; private set; }

    /// <summary>From places where the person was signed in before.</summary>
    public int KnownFailures { get; private set; }

    /// <summary>Until when these places are held up; null when they are not.</summary>
    public DateTimeOffset? KnownLockedUntil { get; private set; }

    public DateTimeOffset LastTime { get; private set; }

    /// <summary>Raised by every change, and guards the row.</summary>
    public int Revision { get; private set; }

    public static SignInFailures None(Guid id) => new() { Id = id };

    /// <summary>The row in which an address that nobody has is counted.</summary>
    /// <param name="email">In the one spelling that is compared.</param>
    public static Guid RowOf(string email)
    {
        var hash = SecretHash.Of(System.Text.Encoding.UTF8.GetBytes(email));
        Span<byte> id = stackalloc byte[16];
        id[14] = (byte)(hash[0] & ((Strangers - 1) >> 8));
        id[15] = hash[1];

        // Of version 0, which no person's id has.
        return new Guid(id, bigEndian: true);
    }

    public bool IsLocked(bool isKnownPlace, DateTimeOffset now) =>
        now < (isKnownPlace ? KnownLockedUntil : LockedUntil);

    /// <summary>
    /// Counts one. Nothing is counted while it is locked: whoever goes on trying must not make the lock longer.
    /// </summary>
    public void Add(bool isKnownPlace, LockRule rule, DateTimeOffset now)
    {
        if (IsLocked(isKnownPlace, now))
        {
            return;
        }

        if (now - LastTime >= rule.ForgetAfter)
        {
            (Failures, KnownFailures) = (0, 0);
        }

        if (isKnownPlace)
        {
            KnownFailures++;
            KnownLockedUntil = now + rule.LockAfter(KnownFailures);
        }
        else
        {
            Failures++;
            LockedUntil = now + rule.LockAfter(Failures);
        }

        LastTime = now;
        Revision++;
    }

    /// <summary>After the right password from such a place, when it is not locked.</summary>
    /// <returns>Whether there was anything to forget.</returns>
    public bool Forget(bool isKnownPlace)
    {
        if (isKnownPlace ? KnownFailures == 0 : Failures == 0)
        {
            return false;
        }

        if (isKnownPlace)
        {
            (KnownFailures, KnownLockedUntil) = (0, null);
        }
        else
        {
            (Failures, LockedUntil) = (0, null);
        }

        Revision++;
        return true;
    }

    /// <summary>After the person set the password by the link in a mail, which only the person has.</summary>
    public void ForgetAll()
    {
        (Failures, LockedUntil, KnownFailures, KnownLockedUntil) = (0, null, 0, null);
        Revision++;
    }
}

/// <summary>When signing in is held up, and for how long.</summary>
/// <param name="MaxFailures">How many may fail before it is.</param>
/// <param name="FirstLock">For how long then; each further failure doubles it.</param>
/// <param name="LongestLock">For how long at most: nobody is locked out for ever.</param>
public sealed record LockRule(int MaxFailures, TimeSpan FirstLock, TimeSpan LongestLock)
{
    /// <summary>After how long without a failure all are forgotten.</summary>
    public TimeSpan ForgetAfter { get; } = TimeSpan.FromDays(1);

    /// <returns>Null while as many may fail.</returns>
    public TimeSpan? LockAfter(int failures)
    {
        if (failures < MaxFailures)
        {
            return null;
        }

        // Beyond thirty doublings a second is longer than any longest lock.
        var doublings = Math.Min(failures - MaxFailures, 30);
        return FirstLock.Ticks > LongestLock.Ticks >> doublings ? LongestLock : FirstLock * (1 << doublings);
    }
}
