using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using UserClient = Entitlement.V1.UserService.UserServiceClient;

namespace Entitlement.Server.Tests.SignIn;

/// <summary>Subjects of an issuer that an administrator says are persons here.</summary>
public sealed class LinkedIdentityTests : IAsyncLifetime
{
    private readonly ManualClock _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()));
    private TokenIssuer _issuer = null!;

    public async Task InitializeAsync() => _issuer = await TokenIssuer.StartAsync(_clock);

    public async Task DisposeAsync() => await _issuer.DisposeAsync();

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_person_of_the_system_acts_by_tokens_from_the_link_on_and_until_it_is_taken_back(DatabaseKind database)
    {
        await using var portal = await OpenAsync(database);
        var (root, _) = await portal.AddAsync("root@example.com", ofSystem: true);
        var (name, users) = ($"users/{root}", new UserClient(portal.Host.Administrator));
        var token = _issuer.SignFor("root@example.com", "s-1");
        Assert.Equal("not_linked", await portal.CauseAsync(token));
        var version = await portal.VersionAsync();
        var request = new LinkIdentityRequest { Name = name, Subject = "s-1" };

        var linked = await users.LinkIdentityAsync(request);
        var again = await users.LinkIdentityAsync(request);

        Assert.Equal((_issuer.Address, "s-1", false), (linked.Identity.Issuer, linked.Identity.Subject, linked.Existed));
        Assert.Equal((linked.Identity, true, "0"), (again.Identity, again.Existed, again.ConsistencyToken));
        Assert.Equal(name, await portal.WhoAsync(token));
        var own = new UserClient(portal.Host.Connect(token));
        Assert.Equal([linked.Identity], (await own.ListIdentitiesAsync(new ListIdentitiesRequest { Name = name })).Identities);

        var unlink = new UnlinkIdentityRequest { Name = name };
        await users.UnlinkIdentityAsync(unlink);
        var nothing = await users.UnlinkIdentityAsync(unlink);

        Assert.Equal("not_linked", await portal.CauseAsync(token));
        Assert.Equal("0", nothing.ConsistencyToken);
        Assert.Empty((await users.ListIdentitiesAsync(new ListIdentitiesRequest { Name = name })).Identities);
        Assert.Equal(
            [$"identity.link {name}", $"identity.unlink {name}"],
            (await portal.AuditAsync("identity.")).Select(record => record[(record.IndexOf(' ', StringComparison.Ordinal) + 1)..]));
        Assert.Equal(
            [root, root],
            await portal.ReadAsync(db => db.AccessChanges.Where(change => change.Version > version).Select(change => change.Id).ToListAsync()));
    }

    [Fact]
    public async Task Only_who_administers_a_person_links_them()
    {
        await using var portal = await OpenAsync();
        var (account, other) = (await portal.NewAccountAsync(), await portal.NewAccountAsync());
        var ann = await portal.AddWithPasswordAsync("ann@example.com");
        await portal.JoinAsync(account, ann);
        var (bob, _) = await portal.AddAsync("bob@example.com");
        await portal.JoinAsync(account, bob);
        await portal.JoinAsync(other, bob);
        var (root, _) = await portal.AddAsync("root@example.com", ofSystem: true);
        await portal.JoinAsync(account, root);
        var administrator = new UserClient(portal.Host.Connect(await portal.AddAdministratorAsync(account)));
        var stranger = new UserClient(portal.Host.Connect(await portal.AddAdministratorAsync(other, "other@example.com")));
        var self = new UserClient(portal.Host.Connect((await portal.SignInAsync("ann@example.com")).Token));

        Assert.Equal("PERMISSION_DENIED", await TryAsync(self.LinkIdentityAsync(Link(ann, "s-1"))));
        Assert.Equal("NOT_FOUND", await TryAsync(stranger.LinkIdentityAsync(Link(ann, "s-1"))));
        Assert.Equal("NOT_FOUND", await TryAsync(stranger.ListIdentitiesAsync(new ListIdentitiesRequest { Name = $"users/{ann}" })));
        Assert.NotEqual("OK", await TryAsync(administrator.LinkIdentityAsync(Link(bob, "s-2"))));
        Assert.NotEqual("OK", await TryAsync(administrator.LinkIdentityAsync(Link(root, "s-3"))));
        Assert.Empty(await portal.ReadAsync(db => db.ExternalIdentities.ToListAsync()));

        Assert.Equal("OK", await TryAsync(administrator.LinkIdentityAsync(Link(ann, "s-1"))));
        Assert.Equal("OK", await TryAsync(self.ListIdentitiesAsync(new ListIdentitiesRequest { Name = $"users/{ann}" })));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(self.UnlinkIdentityAsync(new UnlinkIdentityRequest { Name = $"users/{ann}" })));
        Assert.Equal("OK", await TryAsync(administrator.UnlinkIdentityAsync(new UnlinkIdentityRequest { Name = $"users/{ann}" })));
    }

    [Fact]
    public async Task Refuses_what_would_make_two_of_one_or_one_of_two()
    {
        await using var portal = await OpenAsync();
        var ((ann, _), (bob, _)) = (await portal.AddAsync("ann@example.com"), await portal.AddAsync("bob@example.com"));
        var users = new UserClient(portal.Host.Administrator);
        await users.LinkIdentityAsync(Link(ann, "s-1"));

        (string Reason, LinkIdentityRequest Request)[] cases =
        [
            ("IDENTITY_TAKEN", Link(bob, "s-1")),
            ("IDENTITY_LINKED", Link(ann, "s-2")),
            ("NOT_FOUND", Link(Guid.NewGuid(), "s-3")),
            ("INVALID_ARGUMENT", Link(bob, "")),
            ("INVALID_ARGUMENT", Link(bob, "s\u00e9")),
            ("INVALID_ARGUMENT", Link(bob, "s\n")),
            ("INVALID_ARGUMENT", Link(bob, new string('s', 256))),
            ("INVALID_ARGUMENT", new LinkIdentityRequest { Name = $"users/{bob}", Subject = "s-3", Issuer = "https://elsewhere.example" }),
        ];
        foreach (var (reason, request) in cases)
        {
            Assert.Equal((reason, request), (await TryAsync(users.LinkIdentityAsync(request)), request));
        }

        Assert.Equal(
            [(ann, "s-1")],
            (await portal.ReadAsync(db => db.ExternalIdentities.ToListAsync())).Select(one => (one.UserId, one.Subject)));
        Assert.Equal("OK", await TryAsync(users.LinkIdentityAsync(Link(bob, new string('s', 255)))));
    }

    [Fact]
    public async Task Nothing_can_be_linked_where_no_issuer_is_configured()
    {
        await using var portal = await Portal.OpenAsync();
        var (ann, _) = await portal.AddAsync("ann@example.com");

        var refusal = await Shop.RefusedAsync(new UserClient(portal.Host.Administrator).LinkIdentityAsync(Link(ann, "s-1")));

        Assert.Equal(("INVALID_ARGUMENT", "issuer"), (refusal.Reason(), refusal.Info().Metadata["field"]));
    }

    private static LinkIdentityRequest Link(Guid person, string subject) => new() { Name = $"users/{person}", Subject = subject };

    private static async Task<string> TryAsync<T>(AsyncUnaryCall<T> call)
    {
        try
        {
            await call;
            return "OK";
        }
        catch (RpcException refusal)
        {
            return refusal.Reason();
        }
    }

    private Task<Portal> OpenAsync(DatabaseKind database = DatabaseKind.Sqlite) => Portal.OpenAsync(
        _clock,
        database,
        ("OpenIdConnect:Issuer", _issuer.Address),
        ("OpenIdConnect:Audience", TokenIssuer.Audience),
        ("OpenIdConnect:LinkEmailDomains", "example.com"));
}
