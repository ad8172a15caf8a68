using Entitlement.Domain.Access;
using Entitlement.Domain.Accounts;
using Entitlement.Domain.People;
using Entitlement.Domain.Products;
using Entitlement.Server.Access;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.Storage.Writing;
using Entitlement.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Server.Tests.Access;

/// <summary>Somebody who holds one role, and nothing else.</summary>
/// <param name="Role">The role; with what it is held on, where that is no account or product.</param>
/// <param name="Caller">Who calls.</param>
internal sealed record MatrixHolder(string Role, Caller Caller);

/// <summary>
/// Accounts in every relation to one of them, a person and a product in each, and for each built-in role somebody who holds it
/// on that one.
/// </summary>
internal sealed class MatrixEstate
{
    /// <summary>The accounts by their relation to the one on which the roles are held.</summary>
    public static readonly IReadOnlyList<string> Relations = ["own", "child", "parent", "sibling", "foreign"];

    public static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(50);

    private readonly Dictionary<string, Place> _places;

    private MatrixEstate(Dictionary<string, Place> places, IReadOnlyList<MatrixHolder> holders)
    {
        _places = places;
        Holders = holders;
    }

    public IReadOnlyList<MatrixHolder> Holders { get; }

    public static async Task<MatrixEstate> PlantAsync(EntitlementHost host)
    {
        var parent = Place.Create("parent", null);
        var own = Place.Create("own", parent, AccountPolicy.OpenUntilSupervised);
        var places = new[]
        {
            parent, own, Place.Create("child", own), Place.Create("sibling", parent), Place.Create("foreign", null),
        };
        var holders = new List<MatrixHolder>();
        await host.Services.GetRequiredService<Writer>().RunAsync(
            async (db, token) =>
            {
                foreach (var place in places)
                {
                    await db.AddAccountAsync(place.Account, token);
                    db.AddRange(place.Product, place.Person, Membership.Begin(place.Account.Id, place.Person.Id, Now));
                    await db.SaveChangesAsync(token);
                }

                holders.AddRange(RoleBook.BuiltIn.Roles.Values.Select(role => Add(db, role.Id, own.ScopeOf(role))));
                holders.Add(Add(db, "license-user", own.License) with { Role = "license-user/license" });
                holders.Add(new MatrixHolder("(member/open)", new Caller.User(own.Person.Id)));
                return await db.RaiseAsync([(AccessThing.System, Guid.Empty)], token);
            },
            CancellationToken.None);
        return new MatrixEstate(places.ToDictionary(place => place.Relation), holders);
    }

    /// <param name="pattern">A resource name with <c>{account}</c>, <c>{license}</c>, <c>{product}</c>, <c>{user}</c> or <c>{thing}</c>.</param>
    /// <param name="relation">Whose account.</param>
    public string Name(string pattern, string relation)
    {
        var place = _places[relation];
        return pattern
            .Replace("{account}", $"{place.Account.Id}", StringComparison.Ordinal)
            .Replace("{license}", $"{place.LicenseId}", StringComparison.Ordinal)
            .Replace("{product}", $"{place.Product.Id}", StringComparison.Ordinal)
            .Replace("{user}", $"{place.Person.Id}", StringComparison.Ordinal)
            .Replace("{thing}", $"{place.ThingId}", StringComparison.Ordinal);
    }

    private static MatrixHolder Add(EntitlementDbContext db, string role, string scope)
    {
        Assert.True(ResourcePath.TryParse(scope, out var path));
        var account = ServiceAccount.Create(account: null, role, Now);
        db.Add(account);
        db.Add(RoleAssignment.Create(PrincipalKind.ServiceAccount, account.Id, role, path, expireTime: null, Now));
        return new MatrixHolder(role, new Caller.ServiceAccount(account.Id));
    }

    /// <summary>An account with what lies in it. Decisions read a license off its name, so it needs no row.</summary>
    private sealed record Place(string Relation, Account Account, User Person, Product Product)
    {
        public Guid LicenseId { get; } = Guid.NewGuid();

        public Guid ThingId { get; } = Guid.NewGuid();

        public string License => $"accounts/{Account.Id}/licenses/{LicenseId}";

        public static Place Create(string relation, Place? above, AccountPolicy policy = AccountPolicy.GrantsOnly)
        {
            var account = Account.Open(
                new NewAccount { DisplayName = relation, ParentId = above?.Account.Id, Policy = policy }, Now);
            var person = NewUser.Parse(relation, $"{relation}@example.com", "", "", "user");
            return new Place(
                relation, account, User.Create(person, UserScope.Account, account.Id, Now), Product.Define($"product-{relation}", relation, Now));
        }

        /// <summary>Where the role is held: on the account if it can be, else on the product, else on the system.</summary>
        public string ScopeOf(RoleDefinition role) =>
            role.ScopeKinds.Contains(ScopeKind.Account) ? $"accounts/{Account.Id}"
            : role.ScopeKinds.Contains(ScopeKind.Product) ? $"products/{Product.Id}"
            : "";
    }
}
