using System.Collections.Immutable;
using Entitlement.Domain.Access;

namespace Entitlement.Server.Access;

/// <summary>An account's place and policy.</summary>
internal sealed record AccountFacts(Guid Id, Guid? ParentId, AccountPolicy Policy, bool EverSupervised);

/// <summary>An assignment, and the account that its scope belongs to.</summary>
/// <param name="AccountId">Null for the system and for a product.</param>
/// <param name="Kind">The kind of its scope.</param>
/// <param name="Grant">What it gives.</param>
internal sealed record GrantFacts(Guid? AccountId, ScopeKind Kind, Grant Grant);

/// <summary>What is known of one principal at one version of the clock of access, for any number of decisions.</summary>
/// <param name="version">The version of the clock at which all of it was true.</param>
/// <param name="principal">Whose they are.</param>
/// <param name="roles">All roles.</param>
/// <param name="accounts">The accounts that were asked for, and all above them.</param>
/// <param name="grants">What the principal and its groups hold, of those that were asked for.</param>
internal sealed class AccessFacts(
    long version,
    PrincipalSnapshot principal,
    RoleBook roles,
    IReadOnlyDictionary<Guid, AccountFacts> accounts,
    IReadOnlyCollection<GrantFacts> grants)
{
    private readonly ILookup<Guid, Grant> _byAccount = grants
        .Where(one => one.AccountId is not null)
        .ToLookup(one => one.AccountId ?? Guid.Empty, one => one.Grant);

    private readonly GrantIndex _system = Index(grants, ScopeKind.System);

    private readonly Dictionary<Guid, AccountSnapshot> _snapshots = [];

    public long Version => version;

    public PrincipalSnapshot Principal => principal;

    public RoleBook Roles => roles;

    public IReadOnlyCollection<GrantFacts> Grants => grants;

    /// <summary>What a decision about a target rests on.</summary>
    public AccessView ViewOf(in AccessTarget target) => ViewOf(target, roles);

    /// <summary>The same, where other roles than those that are held matter too.</summary>
    public AccessView ViewOf(in AccessTarget target, RoleBook book) => new()
    {
        Principal = principal,
        Roles = book,
        System = _system,
        Accounts = [.. LineOf(target.AccountId).Select(Snapshot)],
        Product = target.Kind == ScopeKind.Product ? new ProductSnapshot(target.ProductId, Index(grants, ScopeKind.Product)) : null,
    };

    public AccessDecision Decide(Permission permission, in AccessTarget target, DateTimeOffset now) =>
        ViewOf(target).Decide(permission, target, now);

    /// <summary>An account and those above it, the nearest first; nothing where there is no such account.</summary>
    public ImmutableArray<AccountFacts> LineOf(Guid account)
    {
        var line = ImmutableArray.CreateBuilder<AccountFacts>();
        for (var id = (Guid?)account; id is { } next && accounts.TryGetValue(next, out var found); id = found.ParentId)
        {
            line.Add(found);
        }

        return line.ToImmutable();
    }

    /// <summary>The same for the owner of the machine of an embedded default, of whom nothing is kept and who may do everything.</summary>
    public AccessFacts AsSystemAdministrator()
    {
        var owner = new PrincipalSnapshot(Guid.AllBitsSet, PrincipalKind.ServiceAccount) { IsOfSystem = true };
        var grant = new Grant(Guid.Empty, owner.Id, Role.SystemAdministrator, Guid.Empty);
        return new AccessFacts(version, owner, roles, accounts, [new GrantFacts(AccountId: null, ScopeKind.System, grant)]);
    }

    private static GrantIndex Index(IEnumerable<GrantFacts> grants, ScopeKind kind) =>
        GrantIndex.Create([.. grants.Where(one => one.Kind == kind).Select(one => one.Grant)]);

    private AccountSnapshot Snapshot(AccountFacts account)
    {
        if (!_snapshots.TryGetValue(account.Id, out var snapshot))
        {
            snapshot = new AccountSnapshot(
                account.Id, account.ParentId, account.Policy, account.EverSupervised, GrantIndex.Create([.. _byAccount[account.Id]]));
            _snapshots.Add(account.Id, snapshot);
        }

        return snapshot;
    }
}
