using System.Collections.Immutable;
using Entitlement.Domain.Access;
using Entitlement.Domain.SignIn;
using Entitlement.Storage.Access;

namespace Entitlement.Server.Access.Cache;

/// <summary>What stood in the database of one thing at one version of the clock of access; never changed.</summary>
/// <param name="Key">Of what.</param>
/// <param name="Version">
/// The version at which it was read. What the log says of later versions tells whether it is still true.
/// </param>
internal abstract record Snapshot(SnapshotKey Key, long Version)
{
    /// <summary>Bytes of memory that a table entry and an object of ours cost at least.</summary>
    protected const int Overhead = 256;

    /// <summary>What the log says when it is out of date.</summary>
    public virtual (AccessThing Kind, Guid Id) Thing => Key.Thing;

    /// <summary>About how many bytes of memory it takes.</summary>
    public abstract int Size { get; }

    /// <summary>Whether it is worth keeping.</summary>
    public virtual bool IsKept => true;

    protected static int SizeOf(GrantIndex grants) => 80 * grants.Count;
}

/// <summary>A user or service account; of nobody's id it is a service account that is switched off.</summary>
/// <param name="Version">See <see cref="Snapshot"/>.</param>
/// <param name="Principal">What is known.</param>
internal sealed record PrincipalCopy(long Version, PrincipalSnapshot Principal)
    : Snapshot(new SnapshotKey(SnapshotKind.Principal, Principal.Id), Version)
{
    public override int Size => Overhead
        + (16 * (Principal.GroupIds.Length + Principal.AccountIds.Length + Principal.Identities.Length));
}

/// <summary>An account.</summary>
/// <param name="Id">Which one.</param>
/// <param name="Version">See <see cref="Snapshot"/>.</param>
/// <param name="Account">What is known; null where there is no such account.</param>
/// <param name="IsLarge">
/// Whether it has so many assignments that none are in <paramref name="Account"/>, and each holder's are a share of its own.
/// </param>
internal sealed record AccountCopy(Guid Id, long Version, AccountSnapshot? Account, bool IsLarge)
    : Snapshot(new SnapshotKey(SnapshotKind.Account, Id), Version)
{
    public override int Size => Overhead + (Account is null ? 0 : SizeOf(Account.Grants));
}

/// <summary>What is assigned on a product or the installation, or one holder's share of what is assigned on anything.</summary>
/// <param name="Key">On what; of a share, whose.</param>
/// <param name="Version">See <see cref="Snapshot"/>.</param>
/// <param name="Grants">The assignments; empty where it is large.</param>
/// <param name="IsLarge">Whether there are so many that each holder's are a share of its own; never of a share.</param>
internal sealed record GrantsCopy(SnapshotKey Key, long Version, GrantIndex Grants, bool IsLarge) : Snapshot(Key, Version)
{
    public override int Size => Overhead + SizeOf(Grants);
}

/// <summary>All roles. Those that come with the service are in it; what is shared between servers is the others alone.</summary>
/// <param name="Version">See <see cref="Snapshot"/>.</param>
/// <param name="Roles">The roles.</param>
internal sealed record RolesCopy(long Version, RoleBook Roles) : Snapshot(SnapshotKey.Roles, Version)
{
    public override int Size => Overhead + (512 * Roles.Roles.Count);
}

/// <summary>
/// An API key or a session. One that is not there is never kept: it may begin without anybody's access being altered, and
/// whoever makes tokens up must not fill the memory.
/// </summary>
/// <param name="Id">Which one: the id in its token.</param>
/// <param name="Version">See <see cref="Snapshot"/>.</param>
/// <param name="Credential">What is known; null where there is no such credential.</param>
internal sealed record CredentialCopy(Guid Id, long Version, Credential? Credential)
    : Snapshot(new SnapshotKey(SnapshotKind.Credential, Id), Version)
{
    /// <summary>Whatever ends a credential touches the one whose it is.</summary>
    public override (AccessThing Kind, Guid Id) Thing => (AccessThing.Principal, Credential?.PrincipalId ?? Guid.Empty);

    public override int Size => Overhead + 128;

    public override bool IsKept => Credential is not null;
}

/// <summary>An API key or a session, without its secret.</summary>
/// <param name="Kind">Which of the two.</param>
/// <param name="PrincipalId">Whose it is.</param>
/// <param name="SecretHash">SHA-256 of the token's secret.</param>
internal sealed record Credential(TokenKind Kind, Guid PrincipalId, ImmutableArray<byte> SecretHash)
{
    /// <summary>When it ends by itself; null for never.</summary>
    public DateTimeOffset? ExpireTime { get; init; }

    /// <summary>When it was revoked, or ended; null while it was not.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>
    /// Of a session, when it was used last as far as was known then. A use raises no clock, so a session that seems to have
    /// been idle for too long is looked up once more. Null of an API key.
    /// </summary>
    public DateTimeOffset? LastUseTime { get; init; }

    public bool HasSecret(ReadOnlySpan<byte> secret) => Domain.SignIn.SecretHash.Matches(SecretHash.AsSpan(), secret);

    /// <summary>Of a session: whether whoever holds its token is the person now.</summary>
    public bool IsLive(TimeSpan idleTime, DateTimeOffset now) =>
        EndTime is null && ExpireTime is { } end && LastUseTime is { } use && now < Session.IdleEnd(end, use, idleTime);

    /// <summary>Of a session: whether a use at this moment is worth a write.</summary>
    public bool IsUseWorthNoting(TimeSpan idleTime, DateTimeOffset now) =>
        LastUseTime is { } use && Session.IsUseWorthNoting(use, idleTime, now);
}
