using System.Collections.Immutable;
using Entitlement.Domain.Access;

namespace Entitlement.Benchmarks;

/// <summary>
/// Assignments on one line of accounts, most of them on licenses of the lowest: what one decision has to find its few
/// in. The same for every engine that is measured.
/// </summary>
internal sealed class DecisionEstate
{
    private const int QueryCount = 1_000;

    private static readonly string[] OnLicense = ["license-user"];
    private static readonly string[] OnAccount = ["licensing", "reporting", "user"];

    private static readonly Permission[] Asked =
    [
        Permission.LicenseRead, Permission.LicenseActivate, Permission.LicenseReadPack, Permission.AccountUpdate,
    ];

    private readonly Random _random = new(4711);
    private readonly Guid[] _users;
    private readonly Guid[] _groups;
    private readonly Guid[] _licenses;
    private readonly Dictionary<Guid, Guid[]> _groupsOf;

    public DecisionEstate(int assignments)
    {
        _users = NewIds(Math.Max(4, assignments / 4));
        _groups = NewIds(Math.Max(2, assignments / 20));
        _licenses = NewIds(Math.Max(2, assignments / 2));
        _groupsOf = _users.ToDictionary(
            user => user, _ => Enumerable.Range(0, 4).Select(_ => Any(_groups)).Distinct().ToArray());
        Grants = [.. Enumerable.Range(0, assignments).Select(_ => NewGrant())];
        Queries = [.. Enumerable.Range(0, QueryCount).Select(_ => NewQuery())];
    }

    /// <summary>The customer, the partner, the vendor.</summary>
    public Guid[] Line { get; } = NewIds(3);

    public IReadOnlyList<Grant> Grants { get; }

    public IReadOnlyList<DecisionQuery> Queries { get; }

    /// <summary>The snapshots of the line, with everybody's grants.</summary>
    public AccessView[] Views()
    {
        var accounts = Line.Select((id, i) => new AccountSnapshot(
            id,
            i + 1 < Line.Length ? Line[i + 1] : null,
            AccountPolicy.GrantsOnly,
            EverSupervised: false,
            GrantIndex.Create([.. Grants.Where(grant =>
                i == 0 ? !Line.AsSpan(1).Contains(grant.ScopeId) : grant.ScopeId == id)])));
        var shared = accounts.ToImmutableArray();
        return
        [
            .. Queries.Select(query => new AccessView
            {
                Principal = new PrincipalSnapshot(query.User, PrincipalKind.User)
                {
                    GroupIds = [.. _groupsOf[query.User]],
                },
                Roles = RoleBook.BuiltIn,
                System = GrantIndex.Empty,
                Accounts = shared,
            }),
        ];
    }

    /// <summary>For the other engines: a line for each thing, its kind first, with a space between.</summary>
    public void Write(TextWriter file, Func<DecisionQuery, bool> answer)
    {
        file.WriteLine($"line {string.Join(' ', Line)}");
        foreach (var role in OnLicense.Concat(OnAccount))
        {
            file.WriteLine($"role {role} {string.Join(' ', RoleBook.BuiltIn.Roles[role].Permissions.ToNames())}");
        }

        foreach (var user in Queries.Select(query => query.User).Distinct())
        {
            file.WriteLine($"user {user} {string.Join(' ', _groupsOf[user])}");
        }

        foreach (var grant in Grants)
        {
            file.WriteLine($"grant {grant.SubjectId} {grant.RoleId} {grant.ScopeId}");
        }

        foreach (var query in Queries)
        {
            var expected = answer(query) ? "yes" : "no";
            file.WriteLine($"query {query.User} {query.License} {query.Permission.ToName()} {expected}");
        }
    }

    private static Guid[] NewIds(int count) => [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7())];

    private Grant NewGrant()
    {
        var onLicense = _random.Next(20) > 0;
        return new Grant(
            Guid.CreateVersion7(),
            _random.Next(10) < 8 ? Any(_users) : Any(_groups),
            Any(onLicense ? OnLicense : OnAccount),
            onLicense ? Any(_licenses) : Any(Line));
    }

    /// <summary>Half of them about somebody and something between whom there is an assignment.</summary>
    private DecisionQuery NewQuery()
    {
        var grant = Any(Grants);
        var isKnown = _random.Next(2) == 0 && _groupsOf.ContainsKey(grant.SubjectId);
        var license = isKnown && !Line.Contains(grant.ScopeId) ? grant.ScopeId : Any(_licenses);
        return new DecisionQuery(isKnown ? grant.SubjectId : Any(_users), license, Any(Asked));
    }

    private T Any<T>(IReadOnlyList<T> some) => some[_random.Next(some.Count)];
}

/// <summary>May this user do this to this license of the lowest account?</summary>
internal sealed record DecisionQuery(Guid User, Guid License, Permission Permission);
