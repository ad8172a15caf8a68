using Entitlement.Domain.Access;
using Entitlement.Domain.Accounts;
using Entitlement.Domain.Names;
using Entitlement.Domain.People;
using Entitlement.Server.Access;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.Storage.Directories;
using Entitlement.Storage.Writing;
using Entitlement.Testing;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using AccessServiceClient = Entitlement.V1.AccessService.AccessServiceClient;
using Account = Entitlement.Domain.Accounts.Account;

namespace Entitlement.Server.Tests.Access.Answers;

/// <summary>
/// A running server with a vendor, its partner and two customers, and whoever a test puts there: written as rows,
/// because what is asked about them is what these tests are about. Callers are service accounts with real keys.
/// </summary>
internal sealed class Town : IAsyncDisposable
{
    private Town(EntitlementHost host, ManualClock clock) => (Host, Clock) = (host, clock);

    public EntitlementHost Host { get; }

    public ManualClock Clock { get; }

    public Guid Vendor { get; private set; }

    public Guid Partner { get; private set; }

    public Guid Customer { get; private set; }

    public Guid OtherPartner { get; private set; }

    public string CustomerName => $"{new AccountName(Customer)}";

    public static async Task<Town> OpenAsync(DatabaseKind database)
    {
        var clock = new ManualClock(TimeProvider.System.GetUtcNow());
        var host = await EntitlementHost.StartAsync(new HostSettings { Database = database, Clock = clock });
        var town = new Town(host, clock);
        town.Vendor = await town.AddAccountAsync("Vendor Inc.");
        town.Partner = await town.AddAccountAsync("Partner & Sons", town.Vendor);
        town.Customer = await town.AddAccountAsync("Northwind Traders", town.Partner, town.Vendor);
        town.OtherPartner = await town.AddAccountAsync("Other Partner", town.Vendor);
        return town;
    }

    /// <summary>A user, and the name that the contract has for them.</summary>
    public async Task<string> AddUserAsync(string name, params Guid[] accounts)
    {
        var email = $"{name.ToLowerInvariant().Replace(' ', '.')}@example.com";
        var user = User.Create(
            NewUser.Parse(name, email, "", "", "user"),
            accounts.Length == 0 ? UserScope.System : UserScope.Account,
            accounts.FirstOrDefault() is var first && first == Guid.Empty ? null : first,
            Clock.GetUtcNow());
        object[] rows = [user, .. accounts.Select(account => Membership.Begin(account, user.Id, Clock.GetUtcNow()))];
        await AddAsync(rows, (AccessThing.Principal, user.Id));
        return $"{user.Name}";
    }

    /// <summary>A caller, its name and its clients.</summary>
    public async Task<(string Name, AccessServiceClient Client)> AddCallerAsync(
        Guid? account, string? role = null, Guid on = default)
    {
        var now = Clock.GetUtcNow();
        var service = ServiceAccount.Create(account, "A portal", now);
        var secret = SecretToken.NewSecret();
        var key = ServiceAccountKey.Create(service.Id, secret, expireTime: null, now);
        await AddAsync([service, key], (AccessThing.Principal, service.Id));
        if (role is not null)
        {
            await AssignAsync($"{service.Name}", role, on);
        }

        var token = SecretToken.Create(TokenKind.ApiKey, key.Id, secret).Reveal();
        return ($"{service.Name}", new AccessServiceClient(Host.Connect(token)));
    }

    /// <summary>A group with members, and the name that the contract has for it.</summary>
    public async Task<string> AddGroupAsync(Guid? account, string name, params string[] members)
    {
        var now = Clock.GetUtcNow();
        var group = Group.Create(account, name, now);
        await AddAsync(
            [group, .. members.Select(member => GroupMember.Add(group.Id, IdOf(member), KindOf(member), now))],
            [.. members.Select(member => (AccessThing.Principal, IdOf(member)))]);
        return $"{group.Name}";
    }

    public Task JoinAsync(string group, string principal) => AddAsync(
        [GroupMember.Add(IdOf(group), IdOf(principal), KindOf(principal), Clock.GetUtcNow())],
        (AccessThing.Principal, IdOf(principal)));

    public Task LeaveAsync(string group, string principal) => ChangeAsync(
        db =>
        {
            var (owner, member) = (IdOf(group), IdOf(principal));
            db.Remove(db.GroupMembers.Single(row => row.GroupId == owner && row.PrincipalId == member));
        },
        (AccessThing.Principal, IdOf(principal)));

    /// <returns>The assignment's name.</returns>
    public Task<string> AssignAsync(string subject, string role, Guid account, DateTimeOffset? until = null) =>
        AssignAsync(subject, role, account == Guid.Empty ? "" : $"{new AccountName(account)}", until);

    /// <inheritdoc cref="AssignAsync(string, string, Guid, DateTimeOffset?)"/>
    public async Task<string> AssignAsync(string subject, string role, string scope, DateTimeOffset? until = null)
    {
        Assert.True(ResourcePath.TryParse(scope, out var path));
        var row = RoleAssignment.Create(KindOf(subject), IdOf(subject), role, path, until, Clock.GetUtcNow());
        await AddAsync([row], row.TouchedThing());
        return $"{row.Name}";
    }

    public Task UnassignAsync(string assignment) => ChangeAsync(db =>
    {
        var id = IdOf(assignment);
        var row = db.RoleAssignments.Single(one => one.Id == id);
        db.Remove(row);
        return [row.TouchedThing()];
    });

    public Task ChangeAsync(Action<EntitlementDbContext> change, params (AccessThing, Guid)[] touched) =>
        ChangeAsync(db =>
        {
            change(db);
            return touched;
        });

    private Task<long> ChangeAsync(Func<EntitlementDbContext, (AccessThing, Guid)[]> change) =>
        Host.Services.GetRequiredService<Writer>().RunAsync(
            (db, token) => db.RaiseAsync(change(db), token), CancellationToken.None);

    public static async Task<string> ReasonAsync<T>(AsyncUnaryCall<T> call) => (await RefusalAsync(call)).Reason();

    public static async Task<RpcException> RefusalAsync<T>(AsyncUnaryCall<T> call)
    {
        using (call)
        {
            return await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        }
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    private static Guid IdOf(string name) => Guid.Parse(name.Split('/')[^1]);

    private static PrincipalKind KindOf(string name) => name.Split('/')[^2] switch
    {
        "users" => PrincipalKind.User,
        "groups" => PrincipalKind.Group,
        _ => PrincipalKind.ServiceAccount,
    };

    private async Task<Guid> AddAccountAsync(string name, params Guid[] above)
    {
        var account = Account.Open(
            new NewAccount { DisplayName = name, ParentId = above.Length == 0 ? null : above[0] }, Clock.GetUtcNow());
        await AddAsync(
            [account, .. above.Prepend(account.Id).Select((id, steps) => AccountAncestor.Of(account.Id, id, steps))],
            (AccessThing.Account, account.Id));
        return account.Id;
    }

    private Task AddAsync(object[] rows, params (AccessThing, Guid)[] touched) =>
        ChangeAsync(db => db.AddRange(rows), touched);
}
