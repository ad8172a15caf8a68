using System.Collections.Immutable;

namespace Entitlement.Domain.Access;

/// <summary>What a decision needs to know of a user or service account; never changed.</summary>
/// <param name="Id">Whose it is.</param>
/// <param name="Kind">Never a group.</param>
public sealed record PrincipalSnapshot(Guid Id, PrincipalKind Kind)
{
    /// <summary>Whether it may do anything at all.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Whether it belongs to the system, and so may hold roles anywhere.</summary>
    public bool IsOfSystem { get; init; }

    /// <summary>The groups that it is in.</summary>
    public ImmutableArray<Guid> GroupIds { get; init; } = [];

    /// <summary>The accounts that a user is a member of; the one to which a service account belongs.</summary>
    public ImmutableArray<Guid> AccountIds { get; init; } = [];

    /// <summary>Where it acts when nothing else is said; null for somebody without any account.</summary>
    public Guid? PrimaryAccountId { get; init; }

    /// <summary>The subjects of issuers that are this person, by <see cref="SignIn.ExternalIdentity.DigestOf"/>.</summary>
    public ImmutableArray<Guid> Identities { get; init; } = [];
}

/// <summary>What a decision needs to know of an account; never changed.</summary>
/// <param name="Id">Whose it is.</param>
/// <param name="ParentId">The account right above; null at the top.</param>
/// <param name="Policy">What its members have without any assignment.</param>
/// <param name="EverSupervised">Whether it has, or ever had, a supervisor.</param>
/// <param name="Grants">
/// What is assigned on it and on its own licenses, projects, waves and batches; of everybody, or of those only who are
/// asked about.
/// </param>
public sealed record AccountSnapshot(
    Guid Id, Guid? ParentId, AccountPolicy Policy, bool EverSupervised, GrantIndex Grants);

/// <summary>What a decision needs to know of a product; never changed.</summary>
/// <param name="Id">Whose it is.</param>
/// <param name="Grants">What is assigned on it.</param>
public sealed record ProductSnapshot(Guid Id, GrantIndex Grants);
