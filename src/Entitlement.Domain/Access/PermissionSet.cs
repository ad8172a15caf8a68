namespace Entitlement.Domain.Access;

/// <summary>Some permissions: one bit each, so that whether one is among them costs nothing.</summary>
public readonly record struct PermissionSet
{
    private readonly UInt128 _bits;

    private PermissionSet(UInt128 bits) => _bits = bits;

    public static PermissionSet Empty { get; }

    /// <summary>All that a role can grant.</summary>
    public static PermissionSet All { get; } = Of([.. PermissionNames.Grantable]);

    public bool IsEmpty => _bits == UInt128.Zero;

    public int Count => (int)UInt128.PopCount(_bits);

    public static PermissionSet Of(params ReadOnlySpan<Permission> permissions)
    {
        var bits = UInt128.Zero;
        foreach (var permission in permissions)
        {
            bits |= Bit(permission);
        }

        return new PermissionSet(bits);
    }

    /// <param name="names">Such as <c>license.read</c>.</param>
    /// <param name="unknown">The first name that is no permission's; empty when all are known.</param>
    /// <returns>Those that are known.</returns>
    public static PermissionSet FromNames(IEnumerable<string> names, out string unknown)
    {
        unknown = "";
        var set = Empty;
        foreach (var name in names)
        {
            if (PermissionNames.TryParse(name, out var permission))
            {
                set |= Of(permission);
            }
            else if (unknown.Length == 0)
            {
                unknown = name;
            }
        }

        return set;
    }

    public bool Contains(Permission permission) => (_bits & Bit(permission)) != UInt128.Zero;

    public bool ContainsAll(PermissionSet others) => (others._bits & ~_bits) == UInt128.Zero;

    public PermissionSet Union(PermissionSet other) => this | other;

    public PermissionSet Except(PermissionSet other) => new(_bits & ~other._bits);

    /// <summary>With everything that these need to be of use: what is written into a role is closed.</summary>
    public PermissionSet Closed()
    {
        var closed = this;
        PermissionSet before;
        do
        {
            before = closed;
            foreach (var permission in before.ToList())
            {
                closed |= PermissionDependencies.Of(permission);
            }
        }
        while (closed != before);
        return closed;
    }

    /// <summary>In the contract's order.</summary>
    public IReadOnlyList<Permission> ToList()
    {
        var list = new List<Permission>(Count);
        for (var rest = _bits; rest != UInt128.Zero; rest &= rest - UInt128.One)
        {
            list.Add((Permission)(int)UInt128.TrailingZeroCount(rest));
        }

        return list;
    }

    public IReadOnlyList<string> ToNames() => [.. ToList().Select(permission => permission.ToName())];

    public override string ToString() => string.Join(' ', ToNames());

    public static PermissionSet operator |(PermissionSet left, PermissionSet right) => new(left._bits | right._bits);

    public static PermissionSet BitwiseOr(PermissionSet left, PermissionSet right) => left | right;

    private static UInt128 Bit(Permission permission) => UInt128.One << (int)permission;
}
