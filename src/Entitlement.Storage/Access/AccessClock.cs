namespace Entitlement.Storage.Access;

/// <summary>
/// The one row whose version every transaction raises that can alter who may do what. It stays locked to the commit, so the
/// order of versions is the order of commits, and one comparison tells whether what is known of access is still current.
/// </summary>
public sealed class AccessClock
{
    internal const int TheOne = 1;

    private AccessClock()
    {
    }

    public int Id { get; private init; }

    public long Version { get; private init; }
}

/// <summary>What a change of access touched. Stored by number.</summary>
public enum AccessThing
{
    /// <summary>A user or a service account: on or off, credentials, sessions, memberships, groups.</summary>
    Principal = 1,

    /// <summary>An account: its place in the tree, its policy, what is assigned on it and on what it holds.</summary>
    Account = 2,

    /// <summary>A product: what is assigned on it.</summary>
    Product = 3,

    /// <summary>The roles; their id is the nil UUID.</summary>
    Roles = 4,

    /// <summary>What is assigned on the whole installation; its id is the nil UUID.</summary>
    System = 5,
}

/// <summary>That a thing was touched by the transaction that raised the clock to a version.</summary>
public sealed class AccessChange
{
    private AccessChange()
    {
    }

    public long Version { get; private init; }

    public AccessThing Kind { get; private init; }

    public Guid Id { get; private init; }

    internal static AccessChange Of(long version, AccessThing kind, Guid id) => new()
    {
        Version = version,
        Kind = kind,
        Id = id,
    };
}
