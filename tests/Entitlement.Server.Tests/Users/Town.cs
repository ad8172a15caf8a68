using Entitlement.Domain.Access;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.Storage.Writing;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Rpc;
using Grpc.Net.Client;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Group = Entitlement.Domain.Access.Group;
using GroupService = Entitlement.V1.GroupService;
using RoleAssignment = Entitlement.Domain.Access.RoleAssignment;
using ServiceAccount = Entitlement.Domain.Access.ServiceAccount;
using Session = Entitlement.Domain.SignIn.Session;
using UserService = Entitlement.V1.UserService;

namespace Entitlement.Server.Tests.Users;

/// <summary>A running server, and the people of some accounts, as an administrator has them.</summary>
internal sealed class Town : IAsyncDisposable
{
    /// <summary>Name of the group of the system's administrators.</summary>
    public static readonly string Administrators = $"groups/{Group.Administrators}";

    private Town(Shop shop)
    {
        Shop = shop;
        (Users, Groups) = (new(shop.Host.Administrator), new(shop.Host.Administrator));
    }

    public Shop Shop { get; }

    public UserService.UserServiceClient Users { get; }

    public GroupService.GroupServiceClient Groups { get; }

    public static async Task<Town> OpenAsync(DatabaseKind database) => new(await Shop.OpenAsync(database));

    public static User Person(string name, string? email = null, string reference = "") => new()
    {
        DisplayName = name,
        Email = email ?? $"{name.Replace(' ', '.')}@example.com",
        ExternalRef = reference,
    };

    /// <summary>The reason and the wrong field of somebody who was refused among others.</summary>
    public static (string Reason, string? Field) Refused(CreateUserResult result)
    {
        var info = result.Refusal.Details.Single(detail => detail.Is(ErrorInfo.Descriptor)).Unpack<ErrorInfo>();
        return (info.Reason, info.Metadata.GetValueOrDefault("field"));
    }

    /// <param name="parent">Empty for the system.</param>
    /// <param name="people">Whom to add.</param>
    public async Task<IReadOnlyList<CreateUserResult>> AddAsync(string parent, params IEnumerable<User> people) =>
        (await Users.CreateUsersAsync(new CreateUsersRequest { Parent = parent, Users = { people } })).Results;

    /// <summary>Somebody new.</summary>
    public async Task<User> NewUserAsync(string parent, string name = "Ann Lee") =>
        Assert.Single(await AddAsync(parent, Person(name))).User;

    public async Task<User> GetAsync(string name) => (await Users.GetUserAsync(new GetUserRequest { Name = name })).User;

    /// <summary>Has somebody join another account too.</summary>
    public async Task JoinAsync(string account, User person)
    {
        var invitation = Assert.Single(await AddAsync(account, Person("Whoever", person.Email))).Invitation;
        await Users.AcceptInvitationAsync(new AcceptInvitationRequest { Name = invitation.Name });
    }

    public async Task<IReadOnlyList<Member>> MembersAsync(string parent) =>
        (await Users.ListMembersAsync(new ListMembersRequest { Parent = parent })).Members;

    /// <summary>An account right below another one.</summary>
    public async Task<string> NewAccountBelowAsync(string parent, string name)
    {
        var account = Domain.Accounts.Account.Open(
            new Domain.Accounts.NewAccount { DisplayName = name, ParentId = AccountName.Parse(parent, "parent").AccountId },
            Shop.Clock.GetUtcNow());
        await WriteAsync(db => db.AddAccountAsync(account, CancellationToken.None));
        return $"{account.Name}";
    }

    /// <summary>Gives a role.</summary>
    /// <param name="subject">Name of a user, service account or group.</param>
    /// <param name="role">Which one.</param>
    /// <param name="scope">Name of what it is held on; empty for the system.</param>
    public async Task AssignAsync(string subject, string role, string scope)
    {
        Assert.True(ResourcePath.TryParse(scope, out var path));
        var kind = subject switch
        {
            _ when subject.Contains("groups/", StringComparison.Ordinal) => PrincipalKind.Group,
            _ when subject.Contains("serviceAccounts/", StringComparison.Ordinal) => PrincipalKind.ServiceAccount,
            _ => PrincipalKind.User,
        };
        var assignment = RoleAssignment.Create(
            kind, Guid.Parse(subject[(subject.LastIndexOf('/') + 1)..]), role, path, expireTime: null, Shop.Clock.GetUtcNow());
        await WriteAsync(async db =>
        {
            db.Add(assignment);
            await db.RaiseAsync([assignment.TouchedThing()], CancellationToken.None);
        });
    }

    /// <summary>A service account with a role, and a channel with its key.</summary>
    /// <param name="owner">The account to which it belongs; empty for the system.</param>
    /// <param name="role">What it holds.</param>
    /// <param name="scope">On what; its owner if nothing else is said.</param>
    public async Task<(string Name, GrpcChannel Channel)> NewCallerAsync(string owner, string role, string? scope = null)
    {
        var (secret, now) = (SecretToken.NewSecret(), Shop.Clock.GetUtcNow());
        var account = ServiceAccount.Create(
            owner.Length == 0 ? null : AccountName.Parse(owner, "owner").AccountId, "A portal", now);
        var key = ServiceAccountKey.Create(account.Id, secret, expireTime: null, now);
        await WriteAsync(db =>
        {
            db.AddRange(account, key);
            return Task.CompletedTask;
        });
        await AssignAsync($"{account.Name}", role, scope ?? owner);
        return ($"{account.Name}", Shop.Host.Connect(SecretToken.Create(TokenKind.ApiKey, key.Id, secret).Reveal()));
    }

    /// <summary>A channel with a session of a person.</summary>
    public async Task<GrpcChannel> SignInAsync(User person)
    {
        var secret = SecretToken.NewSecret();
        var session = Session.Begin(
            Guid.Parse(person.Name[6..]), secret, "127.0.0.1", TimeSpan.FromHours(1), Shop.Clock.GetUtcNow());
        await WriteAsync(db =>
        {
            db.Add(session);
            return Task.CompletedTask;
        });
        return Shop.Host.Connect(SecretToken.Create(TokenKind.Session, session.Id, secret).Reveal());
    }

    /// <summary>Leaves a role to groups alone.</summary>
    public Task TakeFromAllPrincipalsAsync(string role) => WriteAsync(async db =>
    {
        var rows = await db.RoleAssignments
            .Where(row => row.RoleId == role && row.SubjectKind != PrincipalKind.Group)
            .ToListAsync();
        db.RemoveRange(rows);
        await db.RaiseAsync([.. rows.Select(row => row.TouchedThing())], CancellationToken.None);
    });

    /// <summary>Leaves no service account that can call.</summary>
    public Task RevokeKeysAsync() => WriteAsync(async db =>
    {
        var keys = await db.ServiceAccountKeys.ToListAsync();
        keys.ForEach(key => key.Revoke(Shop.Clock.GetUtcNow()));
        await db.RaiseAsync([.. keys.Select(key => (AccessThing.Principal, key.ServiceAccountId))], CancellationToken.None);
    });

    public async Task<IReadOnlyList<string>> ActionsAsync() =>
        [.. (await Shop.AuditAsync()).Select(record => record.Action).Where(action => action != "account.create")];

    public Task<T> ReadAsync<T>(Func<EntitlementDbContext, Task<T>> read) => Shop.ReadAsync(read);

    public ValueTask DisposeAsync() => Shop.DisposeAsync();

    private Task<bool> WriteAsync(Func<EntitlementDbContext, Task> write) =>
        Shop.Host.Services.GetRequiredService<Writer>().RunAsync(
            async (db, _) =>
            {
                await write(db);
                return true;
            },
            CancellationToken.None);
}
