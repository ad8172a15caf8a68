using Entitlement.Domain.People;
using Entitlement.Storage.Access;
using Entitlement.Storage.Directories;
using Entitlement.Storage.Writing;
using Entitlement.Testing;
using Entitlement.V1;
using Microsoft.Extensions.DependencyInjection;
using Assignments = Entitlement.V1.RoleAssignmentService.RoleAssignmentServiceClient;

namespace Entitlement.Server.Tests.Roles;

/// <summary>A vendor with a customer below, and people, for stories about who may give what.</summary>
internal sealed class Company : IAsyncDisposable
{
    private Company(Shop shop, string vendor, string customer) => (Shop, Vendor, Customer) = (shop, vendor, customer);

    public Shop Shop { get; }

    public string Vendor { get; }

    public string Customer { get; }

    /// <summary>As a system administrator.</summary>
    public Assignments Assignments => new(Shop.Host.Administrator);

    public static async Task<Company> OpenAsync(DatabaseKind database, AccountPolicy policy = AccountPolicy.GrantsOnly)
    {
        var shop = await Shop.OpenAsync(database);
        var vendor = await shop.NewAccountAsync("Vendor");
        var customer = await shop.Accounts.CreateAccountAsync(new CreateAccountRequest
        {
            Account = new Account { DisplayName = "Customer", Policy = policy },
            Parent = vendor,
        });
        return new Company(shop, vendor, customer.Account.Name);
    }

    /// <summary>A person, written straight into the database.</summary>
    /// <returns>The person's name.</returns>
    public async Task<string> HireAsync(string account, string name, Domain.People.UserScope scope = Domain.People.UserScope.Account)
    {
        var now = Shop.Clock.GetUtcNow();
        var id = Guid.Parse(account.Split('/')[1]);
        var person = NewUser.Parse(name, $"{name}@example.com", "", "", "user");
        var user = Domain.People.User.Create(person, scope, id, now);
        await Shop.Host.Services.GetRequiredService<Writer>().RunAsync(
            (db, token) =>
            {
                db.AddRange(user, EmailEntry.For(user), Membership.Begin(id, user.Id, now));
                return db.RaiseAsync([(AccessThing.Principal, user.Id)], token);
            },
            CancellationToken.None);
        return $"{user.Name}";
    }

    public async Task<Assignments> AsAsync(params (string Role, string Scope)[] roles) => new(await Shop.Host.ConnectAsAsync(roles));

    public ValueTask DisposeAsync() => Shop.DisposeAsync();
}
