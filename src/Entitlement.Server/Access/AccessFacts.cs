using System.Collections.Immutable;
using Entitlement.Domain.Access;

namespace Entitlement.Server.Access;

/// <summary>An assignment, and the account that its scope belongs to.</summary>
/// <param name="AccountId">Null for the system and for a product.</param>
/// <param name="Kind">The kind of its scope.</param>
/// <param name="Grant">What it gives.</param>
internal sealed record GrantFacts(Guid? AccountId, ScopeKind Kind, Grant Grant);

/// <summary>What is known of one principal at one version of the clock of access, for any number of decisions.</summary>
/// <param name="version">A version of the clock at which all of it was true.</param>
/// <param name="principal">Whose they are.</param>
/// <param name="roles">All roles.</param>
/// <param name="system">What is assigned on the whole system.</param>
/// <param name="accounts">The accounts that were asked for, and all above them.</param>
/// <param name="products">What is assigned on the products that were asked for.</param>
internal sealed class AccessFacts(
    long version,
    PrincipalSnapshot principal,
    RoleBook roles,
    GrantIndex system,
    IReadOnlyDictionary<Guid, AccountSnapshot> accounts,
    IReadOnlyDictionary<Guid, GrantIndex> products)
{
    public long Version => version;

    public PrincipalSnapshot Principal => principal;

    public RoleBook Roles => roles;

    /// <summary>What the principal and its groups hold anywhere; empty unless all of it was asked for.</summary>
    public IReadOnlyCollection<GrantFacts> Grants { get; init; } = [];

    /// <summary>What a decision about a target rests on.</summary>
    public AccessView ViewOf(in AccessTarget target) => ViewOf(target, roles);

    /// <summary>The same, where other roles than those that are held matter too.</summary>
    public AccessView ViewOf(in AccessTarget target, RoleBook book) => new()
    {
        Principal = principal,
        Roles = book,
        System = system,
        Accounts = LineOf(target.AccountId),
        Product = target.Kind == ScopeKind.Product
            ? new ProductSnapshot(target.ProductId, products.GetValueOrDefault(target.ProductId, GrantIndex.Empty))
            : null,
    };

    public AccessDecision Decide(Permission permission, in AccessTarget target, DateTimeOffset now) =>
        ViewOf(target).Decide(permission, target, now);

    /// <summary>An account and those above it, the nearest first; nothing where there is no such account.</summary>
    public ImmutableArray<AccountSnapshot> LineOf(Guid account)
    {
        var line = ImmutableArray.CreateBuilder<AccountSnapshot>();
        for (var id = (Guid?)account; id is { } next && accounts.TryGetValue(next, out var found); id = found.ParentId)
        {
            line.Add(found);
        }

        return line.DrainToImmutable();
    }

    /// <summary>The same for the owner of the machine of an embedded default, of whom nothing is kept and who may do everything.</summary>
    public AccessFacts AsSystemAdministrator()
    {
        var owner = new PrincipalSnapshot(Guid.AllBitsSet, PrincipalKind.ServiceAccount) { IsOfSystem = true };
        var grant = new Grant(Guid.Empty, owner.Id, Role.SystemAdministrator, Guid.Empty);
        return new AccessFacts(version, owner, roles, GrantIndex.Create([grant]), accounts, products)
        {
            Grants = [new GrantFacts(AccountId: null, ScopeKind.System, grant)],
        };
    }
}
