using System.Collections.Immutable;
using Entitlement.Domain.Access;

namespace Entitlement.Domain.Tests.Access;

/// <summary>
/// One change of access: what it is and what it is about, by numbers that any world makes something of.
/// </summary>
internal readonly record struct Change(int Kind, int First, int Second, int Third);

/// <summary>Rows that random changes alter, and the engine's snapshots of them.</summary>
internal sealed class World
{
    private static readonly string[] OwnRoles = ["own-1", "own-2"];

    private readonly List<Guid> _accounts = [];
    private readonly List<Guid> _principals = [];
    private readonly List<Guid> _groups = [];
    private readonly Dictionary<Guid, AccessTarget> _targets = new() { [Guid.Empty] = AccessTarget.System };
    private int _ids;

    public World()
    {
        foreach (var role in BuiltInRoles.All)
        {
            Rows.Roles[role.Id] = [.. role.Permissions.ToNames()];
        }

        var vendor = OpenAccount(Guid.Empty);
        OpenAccount(OpenAccount(vendor));
        AddProject(vendor, _accounts[2]);
        AddThing(_accounts[1], license => AccessTarget.License(_accounts[1], license));
        AddThing(Guid.Empty, AccessTarget.Product);
        for (var i = 0; i < 4; i++)
        {
            var principal = NewId();
            _principals.Add(principal);
            Rows.Principals[principal] = (i == 3 ? PrincipalKind.ServiceAccount : PrincipalKind.User, true);
            Rows.Members.Add((principal, _accounts[i % 3]));
            _groups.Add(NewId());
        }
    }

    public Rows Rows { get; } = new();

    public DateTimeOffset Now { get; private set; } = Samples.Now;

    public IReadOnlyList<Guid> Principals => _principals;

    public IReadOnlyDictionary<Guid, AccessTarget> Targets => _targets;

    public void Apply(Change change)
    {
        var (_, first, second, third) = change;
        var principal = Pick(_principals, first);
        var account = Pick(_accounts, second);
        switch (change.Kind % 12)
        {
            case 0 or 1 or 2:
                Assign(first % 3 == 0 ? Pick(_groups, first / 3) : Pick(_principals, first / 3), second, third);
                break;
            case 3:
                Toggle(Rows.InGroups, (Pick(_groups, second), principal));
                break;
            case 4:
                Toggle(Rows.Members, (principal, account));
                break;
            case 5:
                Move(Pick(_accounts, first), account);
                break;
            case 6 when _accounts.Count < 7:
                OpenAccount(third % 4 == 0 ? Guid.Empty : account);
                break;
            case 7 when Rows.Assignments.Count > 0:
                Rows.Assignments.RemoveAt(first % Rows.Assignments.Count);
                break;
            case 8:
                var (kind, enabled) = Rows.Principals[principal];
                Rows.Principals[principal] = (kind, !enabled);
                break;
            case 9:
                Follow(account, third);
                break;
            case 10:
                WriteRole(first, second, third);
                break;
            case 11:
                Now += TimeSpan.FromHours(first % 4);
                break;
        }
    }

    /// <param name="principal">Who is to be asked about.</param>
    /// <param name="target">What is to be asked about.</param>
    /// <param name="whole">
    /// Whether the snapshots hold the grants of everybody, or those that concern the principal alone.
    /// </param>
    public AccessView View(Guid principal, AccessTarget target, bool whole)
    {
        var groups = Rows.InGroups.Where(row => row.Principal == principal).Select(row => row.Group).ToImmutableArray();
        bool Concerns(Guid subject) => whole || subject == principal || groups.Contains(subject);
        GrantIndex Index(Func<Guid, bool> isOn) => GrantIndex.Create([.. Rows.Assignments
            .Where(row => isOn(row.Scope) && Concerns(row.Subject))
            .Select(row => new Grant(Guid.NewGuid(), row.Subject, row.Role, row.Scope, row.Until))]);

        return new AccessView
        {
            Principal = new PrincipalSnapshot(principal, Rows.Principals[principal].Kind)
            {
                IsEnabled = Rows.Principals[principal].IsEnabled,
                GroupIds = groups,
                AccountIds = [.. Rows.Members.Where(row => row.User == principal).Select(row => row.Account)],
            },
            Roles = RoleBook.Create(OwnRoles.Where(Rows.Roles.ContainsKey).Select(OwnRole)),
            System = Index(scope => scope == Guid.Empty),
            Accounts = [.. Line(target.AccountId).Select(account => new AccountSnapshot(
                account,
                Rows.Above[account] == Guid.Empty ? null : Rows.Above[account],
                Rows.Accounts[account].Policy,
                Rows.Accounts[account].EverSupervised,
                Index(scope => _targets[scope].AccountId == account)))],
            Product = target.Kind == ScopeKind.Product
                ? new ProductSnapshot(target.ProductId, Index(scope => scope == target.ProductId))
                : null,
        };
    }

    private RoleDefinition OwnRole(string id)
    {
        var permissions = PermissionSet.FromNames(Rows.Roles[id], out _);
        return new RoleDefinition(id, id, "", permissions, [], [ScopeKind.Account]);
    }

    private IEnumerable<Guid> Line(Guid account) =>
        account == Guid.Empty ? [] : Line(Rows.Above[account]).Prepend(account);

    private void Assign(Guid subject, int role, int scope)
    {
        var roles = Rows.Roles.Keys.Concat(OwnRoles).Distinct().Order(StringComparer.Ordinal).ToList();
        var until = scope % 3 == 0 ? Now.AddHours(scope % 5) : (DateTimeOffset?)null;
        Rows.Assignments.Add((subject, Pick(roles, role), Pick([.. _targets.Keys], scope / 3), until));
    }

    private void Move(Guid account, Guid below)
    {
        if (!Rows.IsAtOrAbove(account, below))
        {
            Rows.Above[account] = below;
        }
    }

    private void Follow(Guid account, int choice) => Rows.Accounts[account] = (
        choice % 3 == 0 ? AccountPolicy.GrantsOnly : AccountPolicy.OpenUntilSupervised,
        Rows.Accounts[account].EverSupervised || choice % 4 == 0);

    private void WriteRole(int role, int first, int second)
    {
        if (second % 5 == 0)
        {
            Rows.Roles.Remove(Pick(OwnRoles, role));
            return;
        }

        var names = PermissionSet.All.ToNames();
        Rows.Roles[Pick(OwnRoles, role)] = [Pick(names, first), Pick(names, second)];
    }

    private Guid OpenAccount(Guid above)
    {
        var account = AddThing(above, AccessTarget.Account);
        _accounts.Add(account);
        Rows.Accounts[account] = (AccountPolicy.OpenUntilSupervised, false);
        return account;
    }

    private void AddProject(params Guid[] accounts)
    {
        foreach (var account in accounts)
        {
            var project = AddThing(account, id => AccessTarget.Project(account, id));
            var wave = AddThing(project, id => AccessTarget.Wave(account, project, id));
            AddThing(wave, id => AccessTarget.Batch(account, project, wave, id));
        }
    }

    private Guid AddThing(Guid above, Func<Guid, AccessTarget> target)
    {
        var id = NewId();
        Rows.Above[id] = above;
        _targets[id] = target(id);
        return id;
    }

    private Guid NewId() => Tree.Id(1_000 + _ids++);

    private static void Toggle<T>(HashSet<T> rows, T row)
    {
        if (!rows.Remove(row))
        {
            rows.Add(row);
        }
    }

    private static T Pick<T>(IReadOnlyList<T> some, int number) => some[number % some.Count];
}
