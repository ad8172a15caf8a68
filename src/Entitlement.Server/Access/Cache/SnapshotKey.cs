using Entitlement.Storage.Access;

namespace Entitlement.Server.Access.Cache;

/// <summary>What a snapshot is of. The numbers stand in what servers share, so none is ever given another meaning.</summary>
internal enum SnapshotKind
{
    /// <summary>A user or service account: a <see cref="PrincipalCopy"/>.</summary>
    Principal = 1,

    /// <summary>An account with what is assigned on it and on what it holds: an <see cref="AccountCopy"/>.</summary>
    Account = 2,

    /// <summary>What is assigned on a product: a <see cref="GrantsCopy"/>.</summary>
    Product = 3,

    /// <summary>All roles: a <see cref="RolesCopy"/>; the id is the nil UUID.</summary>
    Roles = 4,

    /// <summary>What is assigned on the whole installation: a <see cref="GrantsCopy"/>; the id is the nil UUID.</summary>
    System = 5,

    /// <summary>What one holder has of an account with too many assignments for one snapshot: a <see cref="GrantsCopy"/>.</summary>
    AccountShare = 6,

    /// <summary>The same of a product.</summary>
    ProductShare = 7,

    /// <summary>The same of the installation.</summary>
    SystemShare = 8,

    /// <summary>An API key or a session: a <see cref="CredentialCopy"/>.</summary>
    Credential = 9,
}

/// <summary>Names one snapshot.</summary>
/// <param name="Kind">Of what kind of thing.</param>
/// <param name="Id">Of which one.</param>
/// <param name="Holder">Of a share, the user, service account or group whose it is; the nil UUID for all others.</param>
internal readonly record struct SnapshotKey(SnapshotKind Kind, Guid Id, Guid Holder = default)
{
    public static readonly SnapshotKey Roles = new(SnapshotKind.Roles, Guid.Empty);

    public static readonly SnapshotKey System = new(SnapshotKind.System, Guid.Empty);

    /// <summary>
    /// What the log says when the snapshot is out of date. Nil for a credential, of which only the snapshot itself knows whose
    /// it is.
    /// </summary>
    public (AccessThing Kind, Guid Id) Thing => Kind switch
    {
        SnapshotKind.Principal => (AccessThing.Principal, Id),
        SnapshotKind.Account or SnapshotKind.AccountShare => (AccessThing.Account, Id),
        SnapshotKind.Product or SnapshotKind.ProductShare => (AccessThing.Product, Id),
        SnapshotKind.Roles => (AccessThing.Roles, Guid.Empty),
        SnapshotKind.System or SnapshotKind.SystemShare => (AccessThing.System, Guid.Empty),
        SnapshotKind.Credential => default,
    };

    /// <summary>The key of what one holder has of the same thing.</summary>
    public SnapshotKey ShareOf(Guid holder) => Kind switch
    {
        SnapshotKind.Account => new SnapshotKey(SnapshotKind.AccountShare, Id, holder),
        SnapshotKind.Product => new SnapshotKey(SnapshotKind.ProductShare, Id, holder),
        SnapshotKind.System => new SnapshotKey(SnapshotKind.SystemShare, Id, holder),
        _ => throw new InvalidOperationException($"{Kind} has no shares."),
    };
}
