namespace Entitlement.Domain.Access;

/// <summary>The kinds of thing that a role is assigned on, from the widest down. Stored by number.</summary>
public enum ScopeKind
{
    /// <summary>The whole installation.</summary>
    System = 1,

    /// <summary>An account, with all accounts below it and what they hold.</summary>
    Account = 2,

    /// <summary>A product: its own things, not the licenses of customers, which hang below accounts only.</summary>
    Product = 3,

    /// <summary>A license with its activations.</summary>
    License = 4,

    /// <summary>A planned move of licenses to other hardware, with its waves and batches.</summary>
    Project = 5,

    /// <summary>A part of a project, with its batches.</summary>
    Wave = 6,

    /// <summary>A part of a wave.</summary>
    Batch = 7,
}

/// <summary>What a role is assigned on. Ids are random and never shared, so an id alone names its thing.</summary>
/// <param name="Kind">What kind of thing it is.</param>
/// <param name="Id">Its id; the nil UUID for the system.</param>
public readonly record struct Scope(ScopeKind Kind, Guid Id)
{
    public static readonly Scope System = new(ScopeKind.System, Guid.Empty);
}
