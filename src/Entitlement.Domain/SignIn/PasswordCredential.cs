using Entitlement.Domain.Errors;

namespace Entitlement.Domain.SignIn;

/// <summary>A person's password, of which only a slow, salted hash is kept.</summary>
public sealed class PasswordCredential
{
    /// <summary>Longest hash as a text.</summary>
    public const int MaxHashLength = 512;

    private PasswordCredential()
    {
    }

    public Guid UserId { get; private init; }

    /// <summary>In the form of ASP.NET Core Identity, which holds algorithm, count of rounds and salt.</summary>
    public string Hash { get; private set; } = "";

    /// <summary>Until when an initial password may be used to sign in and choose another; null for one that the person chose.</summary>
    public DateTimeOffset? InitialUntil { get; private set; }

    public DateTimeOffset ChangeTime { get; private set; }

    /// <summary>Raised by every change, and guards the row.</summary>
    public int Revision { get; private set; }

    /// <summary>Whether somebody else chose it, so that it must be changed at the first sign-in.</summary>
    public bool IsInitial => InitialUntil is not null;

    public static PasswordCredential Create(Guid user, string hash, DateTimeOffset? initialUntil, DateTimeOffset now) => new()
    {
        UserId = user,
        Hash = hash,
        InitialUntil = initialUntil,
        ChangeTime = now,
    };

    /// <param name="hash">Of the new password.</param>
    /// <param name="initialUntil">Null for one that the person chose.</param>
    /// <param name="now">When.</param>
    public void Change(string hash, DateTimeOffset? initialUntil, DateTimeOffset now)
    {
        Hash = hash;
        InitialUntil = initialUntil;
        ChangeTime = now;
        Revision++;
    }

    /// <summary>The same password, hashed with more rounds.</summary>
    public void Rehash(string hash)
    {
        Hash = hash;
        Revision++;
    }

    /// <summary>Asked once the password has proved to be right.</summary>
    /// <param name="hasNew">Whether the person chooses another one with it.</param>
    /// <param name="now">When.</param>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.InitialPasswordExpired"/>, <see cref="FailureReason.PasswordChangeRequired"/>.
    /// </exception>
    public void RequireUsable(bool hasNew, DateTimeOffset now)
    {
        if (now >= InitialUntil)
        {
            throw Refusal.InitialPasswordExpired(InitialUntil.Value);
        }

        if (IsInitial && !hasNew)
        {
            throw Refusal.PasswordChangeRequired(InitialUntil!.Value);
        }
    }
}
