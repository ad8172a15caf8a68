using System.Text.RegularExpressions;
using Entitlement.Server.Access;
using Entitlement.Server.Notifications;
using Entitlement.Server.SignIn;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SessionService = Entitlement.V1.SessionService;

namespace Entitlement.Conformance.Tests;

/// <summary>A running server, and people who sign in to it: one for all tests of a class, each with accounts of its own.</summary>
public sealed partial class Portal : IAsyncLifetime
{
    internal const string LoginAddress = "https://portal.example.com/";
    internal const string PasswordAddress = "https://portal.example.com/password";
    internal const string Password = "correct horse battery";

    private EntitlementHost? _host;
    private Person? _administrator;
    private string _product = "";
    private int _people;

    internal EntitlementHost Host => _host ?? throw new InvalidOperationException("The server does not run.");

    /// <summary>A system administrator, who made all this.</summary>
    internal Person Administrator => _administrator ?? throw new InvalidOperationException("The server does not run.");

    public async Task InitializeAsync()
    {
        var settings = new HostSettings
        {
            Services = services =>
            {
                // Each test sends when it looks for mail, so that none has to wait.
                services.Remove(services.Single(service => service.ImplementationType == typeof(MessageDispatcher)));

                // Real sign-ins, hundreds of them, and hashing as it must be outside of tests took most of the time.
                services.AddSingleton(Options.Create(new SignInOptions { PasswordRounds = 1_000 }));
            },
        };
        settings.Options["Messages:LoginAddress"] = LoginAddress;
        settings.Options["Messages:SetPasswordAddress"] = PasswordAddress;
        _host = await EntitlementHost.StartAsync(settings);
        _administrator = await MakeAdministratorAsync();
        _product = await NewProductAsync(InstalledProduct.Code);
    }

    public async Task DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    /// <returns><c>OK</c>, or the reason of the refusal.</returns>
    internal static async Task<string> TryAsync<T>(AsyncUnaryCall<T> call)
    {
        using (call)
        {
            return await TryAsync(call.ResponseAsync);
        }
    }

    /// <inheritdoc cref="TryAsync{T}(AsyncUnaryCall{T})"/>
    internal static async Task<string> TryAsync(Task call)
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

    internal static async Task<RpcException> RefusedAsync<T>(AsyncUnaryCall<T> call)
    {
        using (call)
        {
            return await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        }
    }

    /// <summary>Whom a refusal says to ask: people, with spaces between, and for which account they answer.</summary>
    internal static async Task<(string Account, string People)> SentToAsync<T>(AsyncUnaryCall<T> call)
    {
        var refusal = await RefusedAsync(call);
        Assert.Equal("PERMISSION_DENIED", refusal.Reason());
        var contacts = refusal.Find<AccessContacts>() ?? new AccessContacts();
        return (contacts.Account, string.Join(' ', contacts.Contacts.Select(one => one.Name)));
    }

    /// <summary>A person whom the command on the server makes, and whose password is set by the link that it prints.</summary>
    internal async Task<Person> MakeAdministratorAsync()
    {
        var email = NewEmail();
        var link = await Host.Services.GetRequiredService<AdministratorCommand>()
            .CreatePersonAsync("Root Admin", email, CancellationToken.None);
        await new SessionService.SessionServiceClient(Host.Anonymous).SetPasswordAsync(
            new SetPasswordRequest { Token = link.Reveal(), Password = Password });
        return await SignInAsync(email, Password);
    }

    /// <param name="name">What people call it.</param>
    /// <param name="parent">The account above; empty for the top.</param>
    /// <param name="policy">What its members have without roles.</param>
    /// <param name="number">The customer number; empty for none.</param>
    internal async Task<string> NewAccountAsync(
        string name, string parent = "", AccountPolicy policy = AccountPolicy.GrantsOnly, string number = "")
    {
        var account = new Account { DisplayName = name, Policy = policy, CustomerNumber = number };
        var made = await Administrator.Accounts.CreateAccountAsync(new CreateAccountRequest { Account = account, Parent = parent });
        return made.Account.Name;
    }

    internal async Task<string> NewProductAsync(string code) => (await Administrator.Products.CreateProductAsync(
        new CreateProductRequest { Product = new Product { Code = code, DisplayName = code } })).Product.Name;

    internal async Task<License> NewLicenseAsync(string account, Action<License>? change = null)
    {
        var license = new License { Product = _product, MachineLimit = 5 };
        change?.Invoke(license);
        return (await Administrator.Licenses.CreateLicenseAsync(
            new CreateLicenseRequest { Parent = account, License = license })).License;
    }

    internal string NewEmail() => $"person-{Interlocked.Increment(ref _people)}@example.com";

    /// <summary>A person of an account, or of the system, who has signed in with an initial password and chosen another.</summary>
    /// <param name="account">Empty for a person of the system.</param>
    /// <param name="roles">Each with the scope on which it is held.</param>
    internal async Task<Person> NewPersonAsync(string account, params (string Role, string Scope)[] roles)
    {
        var email = NewEmail();
        var name = await Administrator.AddOneAsync(account, "Ann Lee", email);
        foreach (var (role, scope) in roles)
        {
            await Administrator.GiveAsync(name, scope, role);
        }

        return await SignInFirstAsync(Administrator, name, email);
    }

    /// <summary>Signs somebody in who gets an initial password.</summary>
    /// <param name="by">Who gives it.</param>
    /// <param name="user">Whose it is.</param>
    /// <param name="email">The person's address.</param>
    internal async Task<Person> SignInFirstAsync(Person by, string user, string email)
    {
        var initial = await by.Sessions.IssueInitialPasswordAsync(new IssueInitialPasswordRequest { Name = user });
        return await SignInAsync(email, initial.InitialPassword, Password);
    }

    /// <summary>Signs somebody in who sets a password by the link of a mail.</summary>
    internal async Task<Person> SignInByMailAsync(ReceivedMail mail, string email)
    {
        await new SessionService.SessionServiceClient(Host.Anonymous).SetPasswordAsync(
            new SetPasswordRequest { Token = LinkIn(mail), Password = Password });
        return await SignInAsync(email, Password);
    }

    internal async Task<Person> SignInAsync(string email, string password, string newPassword = "")
    {
        var answer = await new SessionService.SessionServiceClient(Host.Anonymous).SignInAsync(
            new SignInRequest { Email = email, Password = password, NewPassword = newPassword });
        return new Person(string.Join('/', answer.Session.Name.Split('/')[..2]), email, Host.Connect(answer.Token));
    }

    /// <summary>The mails that were sent to somebody, oldest first.</summary>
    internal async Task<IReadOnlyList<ReceivedMail>> MailsToAsync(string email)
    {
        using var dispatcher = ActivatorUtilities.CreateInstance<MessageDispatcher>(Host.Services);
        await dispatcher.TrySendAsync(CancellationToken.None);
        var mails = new List<ReceivedMail>();
        foreach (var file in Directory.GetFiles(Path.Combine(Host.DataDirectory, "mail")).Order(StringComparer.Ordinal))
        {
            mails.Add(ReceivedMail.Parse(await File.ReadAllTextAsync(file), []));
        }

        return [.. mails.Where(mail => mail.Header("To").Contains(email, StringComparison.Ordinal))];
    }

    /// <summary>The token of the link in a mail.</summary>
    internal static string LinkIn(ReceivedMail mail) => PasswordLink().Match(mail.Text).Value;

    [GeneratedRegex("enp_[0-9a-f]{32}_[A-Za-z0-9_-]{43}", RegexOptions.NonBacktracking)]
    private static partial Regex PasswordLink();
}
