using System.Text.RegularExpressions;
using Entitlement.Domain.Access;
using Entitlement.Domain.Names;
using Entitlement.Domain.People;
using Entitlement.Server.Access;
using Entitlement.Server.Notifications;
using Entitlement.Server.SignIn;
using Entitlement.Server.Tests.Probing;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.Storage.Directories;
using Entitlement.Storage.Writing;
using Entitlement.Testing;
using Entitlement.Testing.V1;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RoleAssignment = Entitlement.Domain.Access.RoleAssignment;
using SessionService = Entitlement.V1.SessionService;
using User = Entitlement.Domain.People.User;
using UserScope = Entitlement.Domain.People.UserScope;

namespace Entitlement.Server.Tests.SignIn;

/// <summary>A running server, and people who want to sign in.</summary>
internal sealed partial class Portal : IAsyncDisposable
{
    public const string Password = "correct horse battery";

    /// <summary>A place of its own for each caller that a test tells apart.</summary>
    public const string Elsewhere = "203.0.113.7";

    private Portal(EntitlementHost host, ManualClock clock)
    {
        Host = host;
        Clock = clock;
        Sessions = new SessionService.SessionServiceClient(host.Anonymous);
        Probe = new Probe.ProbeClient(host.Anonymous);
    }

    public EntitlementHost Host { get; }

    public ManualClock Clock { get; }

    /// <summary>Without credentials.</summary>
    public SessionService.SessionServiceClient Sessions { get; }

    private Probe.ProbeClient Probe { get; }

    public static Task<Portal> OpenAsync(params (string Key, string? Value)[] options) =>
        OpenAsync(DatabaseKind.Sqlite, options);

    public static Task<Portal> OpenAsync(DatabaseKind database, params (string Key, string? Value)[] options) =>
        OpenAsync(new ManualClock(TimeProvider.System.GetUtcNow().ToWholeMilliseconds()), database, options);

    public static async Task<Portal> OpenAsync(
        ManualClock clock, DatabaseKind database, params (string Key, string? Value)[] options)
    {
        var settings = new HostSettings { Database = database, Clock = clock, Services = new ProbeBehaviour().AddTo };
        settings.Options["SignIn:PasswordRounds"] = "100000";
        settings.Options["Server:TrustedProxies"] = "127.0.0.0/8";
        settings.Options["Abuse:FailuresPerAddress"] = "1000";
        foreach (var (key, value) in options)
        {
            settings.Options[key] = value;
        }

        return new Portal(await EntitlementHost.StartAsync(settings), clock);
    }

    /// <summary>From where a call comes, as a proxy that is trusted tells it.</summary>
    public static Metadata From(string address) => new() { { "x-forwarded-for", address } };

    /// <summary>A person without a password, and the token of a link by which it is set.</summary>
    public async Task<(Guid Id, string Link)> AddAsync(string email, bool ofSystem = false)
    {
        var now = Clock.GetUtcNow();
        var person = User.Create(
            NewUser.Parse("Ann Lee", email, "", "", "user"), ofSystem ? UserScope.System : UserScope.Account, account: null, now);
        var (link, token) = Host.Services.GetRequiredService<PasswordLinks>().Make(person.Id, now);
        await ChangeAsync(
            db => db.AddRange(person, EmailEntry.For(person), link), (AccessThing.Principal, person.Id));
        return (person.Id, token.Reveal());
    }

    /// <summary>A person with <see cref="Password"/>.</summary>
    public async Task<Guid> AddWithPasswordAsync(string email = "ann@example.com")
    {
        var (id, link) = await AddAsync(email);
        await Sessions.SetPasswordAsync(new SetPasswordRequest { Token = link, Password = Password });
        return id;
    }

    public async Task<string> NewLinkAsync(Guid person)
    {
        var (link, token) = Host.Services.GetRequiredService<PasswordLinks>().Make(person, Clock.GetUtcNow());
        await ChangeAsync(db => db.Add(link));
        return token.Reveal();
    }

    public async Task<SignInResponse> SignInAsync(
        string email = "ann@example.com", string password = Password, string newPassword = "", string from = "192.0.2.1") =>
        await Sessions.SignInAsync(
            new SignInRequest { Email = email, Password = password, NewPassword = newPassword }, From(from));

    public Task<RpcException> SignInRefusedAsync(
        string email = "ann@example.com", string password = Password, string newPassword = "", string from = "192.0.2.1") =>
        Shop.RefusedAsync(Sessions.SignInAsync(
            new SignInRequest { Email = email, Password = password, NewPassword = newPassword }, From(from)));

    /// <summary>Whom a token stands for.</summary>
    public async Task<string> WhoAsync(string token) =>
        (await Probe.ForAnybodyAsync(new ProbeRequest(), Bearer(token))).Caller;

    /// <summary>Why a token stands for nobody.</summary>
    public async Task<string> CauseAsync(string token)
    {
        var refusal = await Shop.RefusedAsync(Probe.ForAnybodyAsync(new ProbeRequest(), Bearer(token)));
        Assert.Equal((StatusCode.Unauthenticated, "UNAUTHENTICATED"), (refusal.StatusCode, refusal.Reason()));
        return refusal.Info().Metadata["cause"];
    }

    public static Metadata Bearer(string token) => new() { { "authorization", $"Bearer {token}" } };

    public SessionService.SessionServiceClient As(string token) => new(Host.Connect(token));

    public async Task SwitchAsync(Guid person, bool isEnabled) => await Host.Services.GetRequiredService<Writer>().RunAsync(
        async (db, token) =>
        {
            var user = await db.Users.SingleAsync(one => one.Id == person, token);
            if (isEnabled)
            {
                user.Enable();
            }
            else
            {
                user.Disable();
            }

            return await db.RaiseAsync([(AccessThing.Principal, person)], token);
        },
        CancellationToken.None);

    /// <summary>An account that people and service accounts belong to.</summary>
    public async Task<AccountName> NewAccountAsync() => AccountName.Parse(
        (await new AccountService.AccountServiceClient(Host.Administrator).CreateAccountAsync(
            new CreateAccountRequest { Account = new Account { DisplayName = "Acme" } })).Account.Name,
        "name");

    public Task JoinAsync(AccountName account, Guid person) =>
        ChangeAsync(
            db => db.Add(Membership.Begin(account.AccountId, person, Clock.GetUtcNow())), (AccessThing.Principal, person));

    public Task AssignAsync(PrincipalKind kind, Guid id, string role, string scope)
    {
        Assert.True(ResourcePath.TryParse(scope, out var path));
        var row = RoleAssignment.Create(kind, id, role, path, expireTime: null, Clock.GetUtcNow());
        return ChangeAsync(db => db.Add(row), row.TouchedThing());
    }

    /// <summary>The token of a person who administers an account.</summary>
    public async Task<string> AddAdministratorAsync(AccountName account, string email = "admin@example.com")
    {
        var id = await AddWithPasswordAsync(email);
        await JoinAsync(account, id);
        await AssignAsync(PrincipalKind.User, id, "administrator", $"{account}");
        return (await SignInAsync(email)).Token;
    }

    public async Task<T> ReadAsync<T>(Func<EntitlementDbContext, Task<T>> read)
    {
        await using var db = await Host.Services.GetRequiredService<IDbContextFactory<EntitlementDbContext>>().CreateDbContextAsync();
        return await read(db);
    }

    /// <summary>As an older configuration left it.</summary>
    public Task ReplaceHashAsync(Guid person, string hash) => Host.Services.GetRequiredService<Writer>().RunAsync(
        async (db, token) =>
        {
            (await db.PasswordCredentials.SingleAsync(one => one.UserId == person, token)).Rehash(hash);
            return true;
        },
        CancellationToken.None);

    public Task<long> VersionAsync() => ReadAsync(db => db.ReadVersionAsync(CancellationToken.None));

    public Task<List<string>> AuditAsync(string actionPrefix) => ReadAsync(db => db.AuditRecords
        .Where(record => record.Action.StartsWith(actionPrefix))
        .OrderBy(record => record.Time)
        .Select(record => record.Actor + " " + record.Action + " " + record.Resource)
        .ToListAsync());

    /// <summary>Waits for what was asked for, and gives the tokens in the mails that come of it. Nothing more can be asked for then.</summary>
    public async Task<IReadOnlyList<string>> LinksSentAsync()
    {
        await Host.Services.GetRequiredService<LinkRequests>().StopAsync(CancellationToken.None);
        return [.. (await MailsAsync()).Select(TokenIn)];
    }

    /// <summary>Sends what waits, and gives all that was sent.</summary>
    public async Task<IReadOnlyList<ReceivedMail>> MailsAsync()
    {
        var dispatcher = Host.Services.GetServices<IHostedService>().OfType<MessageDispatcher>().Single();
        await dispatcher.TrySendAsync(CancellationToken.None);
        var folder = Path.Combine(Host.DataDirectory, "mail");
        return Directory.Exists(folder)
            ? [.. Directory.GetFiles(folder, "*.eml").Select(file => ReceivedMail.Parse(File.ReadAllText(file), []))]
            : [];
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    private static string TokenIn(ReceivedMail mail) => TokenOfLink().Match(mail.Text).Value;

    private async Task ChangeAsync(Action<EntitlementDbContext> change, params (AccessThing, Guid)[] touched) =>
        await Host.Services.GetRequiredService<Writer>().RunAsync(
            async (db, token) =>
            {
                change(db);
                return touched.Length == 0 ? 0 : await db.RaiseAsync(touched, token);
            },
            CancellationToken.None);

    [GeneratedRegex("enp_[0-9a-f]{32}_[A-Za-z0-9_-]{43}", RegexOptions.NonBacktracking)]
    private static partial Regex TokenOfLink();
}
