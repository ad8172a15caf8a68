using Entitlement.Domain.Access;
using Entitlement.Server.Access.Cache;
using Entitlement.Testing;

namespace Entitlement.Server.Tests.Access.Cache;

/// <summary>A person, a group and an account in a model of the database, and a question about them.</summary>
internal sealed class Story : IDisposable
{
    public static readonly Guid Person = new("01981d00-0000-7000-8000-000000000001");
    public static readonly Guid Team = new("01981d00-0000-7000-8000-000000000002");
    public static readonly Guid Customer = new("01981d00-0000-7000-8000-000000000003");
    public static readonly Guid Vendor = new("01981d00-0000-7000-8000-000000000004");

    private const string Custom = "own-role";

    /// <param name="spoil">Puts a broken part in front of the database.</param>
    /// <param name="shared">What servers share; null for nothing.</param>
    public Story(Func<IAccessSource, IAccessSource>? spoil = null, ISharedSnapshots? shared = null)
    {
        Database = new ModelDatabase(Clock);
        Node = new Node(spoil?.Invoke(Database) ?? Database, Clock, shared);
        Database.Commit(PersonIs(), RoleAllows(Permission.LicenseRead), CustomerHas(Person, Custom), VendorHas());
    }

    public static TargetQuestion Question { get; } = new(Person, AccessTarget.Account(Customer));

    public ManualClock Clock { get; } = new(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero));

    public ModelDatabase Database { get; }

    public Node Node { get; }

    public static PrincipalCopy PersonIs(bool isEnabled = true, params Guid[] groups) => new(
        0, new PrincipalSnapshot(Person, PrincipalKind.User) { IsEnabled = isEnabled, GroupIds = [.. groups] });

    public static RolesCopy RoleAllows(params Permission[] permissions) => new(
        0, RoleBook.Create([new RoleDefinition(Custom, "Own", "", PermissionSet.Of(permissions), [], [ScopeKind.Account])]));

    public static AccountCopy CustomerHas(Guid holder, string role = Custom) => AccountHas(Customer, Vendor, holder, role);

    public static AccountCopy VendorHas(Guid holder = default, string role = Custom) => AccountHas(Vendor, null, holder, role);

    /// <summary>Whether the server lets the person read licenses of the customer.</summary>
    public async Task<bool> AskAsync(Freshness freshness = default) =>
        Allows((await AnswerAsync(freshness)).Value);

    /// <summary>The same of another server.</summary>
    public static async Task<bool> AskAsync(Node other) => Allows((await AnswerAsync(other, default)).Value);

    public Task<Answered<AccessView>> AnswerAsync(Freshness freshness = default) => AnswerAsync(Node, freshness);

    /// <summary>Asks, and tells whether the database itself would have said so at some moment within the bound.</summary>
    public async Task<bool> IsTrueAsync()
    {
        var told = await AskAsync();
        return Database.TrueWithin<TargetQuestion, AccessView>(Question, Node.Bound).Any(view => Allows(view) == told);
    }

    /// <summary>Lets so much time pass that nothing from before may count.</summary>
    public void PassBound() => Clock.Advance(Node.Bound + TimeSpan.FromMilliseconds(1));

    public void Dispose() => Node.Dispose();

    private static Task<Answered<AccessView>> AnswerAsync(Node node, Freshness freshness) =>
        node.Cache.AskAsync<TargetQuestion, AccessView>(Question, freshness, CancellationToken.None).AsTask();

    private static AccountCopy AccountHas(Guid account, Guid? parent, Guid holder, string role) => new(
        account,
        0,
        new AccountSnapshot(
            account,
            parent,
            AccountPolicy.GrantsOnly,
            EverSupervised: false,
            GrantIndex.Create([new Grant(account, holder, role, account)])),
        IsLarge: false);

    private static bool Allows(AccessView view) =>
        view.Decide(Permission.LicenseRead, Question.Target, DateTimeOffset.UnixEpoch).IsAllowed;
}
