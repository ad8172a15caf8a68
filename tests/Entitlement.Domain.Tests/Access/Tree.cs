using System.Collections.Immutable;
using Entitlement.Domain.Access;

namespace Entitlement.Domain.Tests.Access;

/// <summary>A vendor with two partners, one with two customers; who holds what is each test's own.</summary>
internal sealed class Tree
{
    internal static readonly DateTimeOffset Now = Samples.Now;

    internal static readonly Guid Vendor = Id(1);
    internal static readonly Guid Partner = Id(2);
    internal static readonly Guid OtherPartner = Id(3);
    internal static readonly Guid Customer = Id(4);
    internal static readonly Guid OtherCustomer = Id(5);
    internal static readonly Guid License = Id(10);
    internal static readonly Guid Product = Id(11);
    internal static readonly Guid Project = Id(12);
    internal static readonly Guid Wave = Id(13);
    internal static readonly Guid Batch = Id(14);
    internal static readonly Guid Person = Id(20);
    internal static readonly Guid Colleague = Id(21);
    internal static readonly Guid Team = Id(30);

    private static readonly Dictionary<Guid, Guid?> Parents = new()
    {
        [Vendor] = null,
        [Partner] = Vendor,
        [OtherPartner] = Vendor,
        [Customer] = Partner,
        [OtherCustomer] = Partner,
    };

    private readonly List<Grant> _grants = [];

    public RoleBook Roles { get; init; } = RoleBook.BuiltIn;

    public AccountPolicy Policy { get; init; } = AccountPolicy.GrantsOnly;

    public bool EverSupervised { get; init; }

    internal static Guid Id(int number) => new(number, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>The account and those above it.</summary>
    internal static ImmutableArray<Guid> Line(Guid account) =>
        Parents[account] is { } parent ? [account, .. Line(parent)] : [account];

    public Tree With(string role, Guid on, Guid? subject = null, DateTimeOffset? until = null)
    {
        _grants.Add(new Grant(Guid.NewGuid(), subject ?? Person, role, on, until));
        return this;
    }

    public AccessView View(Guid? account, PrincipalSnapshot? principal = null, Guid? product = null) => new()
    {
        Principal = principal ?? new PrincipalSnapshot(Person, PrincipalKind.User),
        Roles = Roles,
        System = Index(Guid.Empty),
        Accounts = account is { } own ? Accounts(own) : [],
        Product = product is { } id ? new ProductSnapshot(id, Index(id)) : null,
    };

    public ImmutableArray<AccountSnapshot> Accounts(Guid account) => [.. Line(account).Select(id => new AccountSnapshot(
        id,
        Parents[id],
        Policy,
        EverSupervised,
        id == account ? Index(id, License, Project, Wave, Batch) : Index(id)))];

    private GrantIndex Index(params Guid[] scopes) =>
        GrantIndex.Create([.. _grants.Where(grant => scopes.Contains(grant.ScopeId))]);
}
