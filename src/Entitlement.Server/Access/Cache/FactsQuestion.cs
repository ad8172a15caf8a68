using Entitlement.Domain.Access;

namespace Entitlement.Server.Access.Cache;

/// <summary>What do decisions of one principal about several things rest on?</summary>
/// <param name="Principal">Who.</param>
/// <param name="Paths">To what.</param>
internal readonly record struct FactsQuestion(Guid Principal, IReadOnlyList<ResourcePath> Paths) : IAccessQuestion<KnownFacts>
{
    public bool TryAnswer(ref SnapshotReader reader, out KnownFacts answer)
    {
        answer = null!;
        var who = reader.Find<PrincipalCopy>(new SnapshotKey(SnapshotKind.Principal, Principal))?.Principal;
        var roles = reader.Find<RolesCopy>(SnapshotKey.Roles);
        var system = reader.FindGrants(SnapshotKey.System, who);
        var found = new KnownFacts();
        var isWhole = true;
        foreach (var path in Paths)
        {
            isWhole &= TryAdd(ref reader, path, who, found);
        }

        if (!isWhole || who is null || roles is null || system is null)
        {
            return false;
        }

        found.Facts = new AccessFacts(reader.Newest, who, roles.Roles, system, found.Accounts, found.Products);
        answer = found;
        return true;
    }

    private static bool TryAdd(ref SnapshotReader reader, ResourcePath path, PrincipalSnapshot? who, KnownFacts found)
    {
        if (path.UserId is { } id && !found.People.ContainsKey(id))
        {
            if (reader.Find<PrincipalCopy>(new SnapshotKey(SnapshotKind.Principal, id)) is not { } person)
            {
                return false;
            }

            var isWhole = true;
            foreach (var account in (found.People[id] = PersonFacts.Of(person.Principal)).Accounts)
            {
                isWhole &= TryAddLine(ref reader, account, who, found);
            }

            return isWhole;
        }

        return path switch
        {
            { AccountId: { } account } => TryAddLine(ref reader, account, who, found),
            { Scope.Kind: ScopeKind.Product } => TryAddProduct(ref reader, path.Scope.Id, who, found),
            _ => true,
        };
    }

    private static bool TryAddLine(ref SnapshotReader reader, Guid account, PrincipalSnapshot? who, KnownFacts found)
    {
        if (found.Accounts.ContainsKey(account))
        {
            return true;
        }

        if (reader.FindLine(account, who) is not { } line)
        {
            return false;
        }

        foreach (var one in line)
        {
            found.Accounts.TryAdd(one.Id, one);
        }

        return true;
    }

    private static bool TryAddProduct(ref SnapshotReader reader, Guid product, PrincipalSnapshot? who, KnownFacts found)
    {
        if (found.Products.ContainsKey(product))
        {
            return true;
        }

        if (reader.FindGrants(new SnapshotKey(SnapshotKind.Product, product), who) is not { } grants)
        {
            return false;
        }

        found.Products.Add(product, grants);
        return true;
    }
}

/// <summary>What is known of a principal, and of the people among the things that are asked about.</summary>
internal sealed class KnownFacts
{
    public AccessFacts Facts { get; set; } = null!;

    public Dictionary<Guid, AccountSnapshot> Accounts { get; } = [];

    public Dictionary<Guid, GrantIndex> Products { get; } = [];

    public Dictionary<Guid, PersonFacts> People { get; } = [];
}

/// <summary>What decides who may do something to a person.</summary>
/// <param name="Accounts">The accounts that the person is a member of.</param>
/// <param name="IsOfSystem">Whether the person may hold roles on the whole system.</param>
internal sealed record PersonFacts(IReadOnlyCollection<Guid> Accounts, bool IsOfSystem)
{
    /// <summary>A service account is nobody's person, whatever its name is taken for.</summary>
    public static PersonFacts Of(PrincipalSnapshot principal) => principal.Kind == PrincipalKind.User
        ? new PersonFacts(principal.AccountIds, principal.IsOfSystem)
        : new PersonFacts([], IsOfSystem: false);
}
