using Entitlement.Server.Access;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MessageKind = Entitlement.Domain.Notifications.MessageKind;

namespace Entitlement.Server.Tests.Roles;

/// <summary>That the vendor is told when an account loses its last supervisor.</summary>
public class SupervisionTests
{
    /// <summary>How somebody becomes a supervisor of an account, and how that ends.</summary>
    private static readonly (string Way, Func<Company, string, string, Task> Begin, Func<Company, string, string, Task> End)[] Ways =
    [
        ("revoked", AppointAsync, (company, account, person) => SetAsync(company, account, person)),
        ("removed", AppointAsync, async (company, account, person) => await Users(company).RemoveMemberAsync(
            new RemoveMemberRequest { Name = $"{account}/members/{person[6..]}", Reason = "Left." })),
        ("switched off", AppointAsync, (company, _, person) => SwitchAsync(company, person, isEnabled: false)),
        ("erased", AppointAsync, async (company, _, person) => await Users(company).EraseUserAsync(
            new EraseUserRequest { Name = person, Reason = "Ticket 4711." })),
        ("left the group", JoinAsync, async (company, account, person) => await Groups(company).RemoveGroupMemberAsync(
            new RemoveGroupMemberRequest { Name = await GroupOfAsync(company, account), Member = person })),
    ];

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task The_vendor_is_told_once_when_the_last_supervisor_goes_whatever_way(DatabaseKind database)
    {
        await using var company = await Company.OpenAsync(database);
        await HireRepresentativeAsync(company);
        foreach (var (way, begin, end) in Ways)
        {
            var account = await NewCustomerAsync(company, way);
            var name = way.Replace(' ', '-');
            var (ann, bob) = (await company.HireAsync(account, $"ann.{name}"), await company.HireAsync(account, $"bob.{name}"));
            await begin(company, account, ann);
            await begin(company, account, bob);

            await end(company, account, ann);
            Assert.Equal((way, ""), (way, await ToldAsync(company, account)));
            await end(company, account, bob);

            Assert.Equal((way, "vic@example.com"), (way, await ToldAsync(company, account)));
            Assert.Equal((way, 1), (way, (await company.Shop.AuditAsync()).Count(
                record => record is { Action: "account.lose_supervisor" } && record.Resource == account)));
        }
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task The_vendor_is_told_of_a_supervisor_whose_time_is_over(DatabaseKind database)
    {
        await using var company = await Company.OpenAsync(database);
        await HireRepresentativeAsync(company);
        var ann = await company.HireAsync(company.Customer, "ann");
        await company.Assignments.AssignRolesAsync(new AssignRolesRequest
        {
            Scope = company.Customer,
            Entries =
            {
                new AssignRolesRequest.Types.Entry
                {
                    Principal = ann,
                    Role = "roles/supervisor",
                    ExpireTime = company.Shop.Clock.GetUtcNow().AddHours(1).ToTimestamp(),
                },
            },
        });
        var watch = company.Shop.Host.Services.GetServices<IHostedService>().OfType<SupervisionWatch>().Single();

        await watch.LookAsync(CancellationToken.None);
        Assert.Equal("", await ToldAsync(company, company.Customer));
        company.Shop.Clock.Advance(TimeSpan.FromHours(1));
        await watch.LookAsync(CancellationToken.None);
        await watch.LookAsync(CancellationToken.None);

        Assert.Equal("vic@example.com", await ToldAsync(company, company.Customer));
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Whoever_supervises_again_can_be_missed_again(DatabaseKind database)
    {
        await using var company = await Company.OpenAsync(database);
        await HireRepresentativeAsync(company);
        var ann = await company.HireAsync(company.Customer, "ann");
        await AppointAsync(company, company.Customer, ann);

        await SwitchAsync(company, ann, isEnabled: false);
        await SetAsync(company, company.Customer, ann);
        Assert.Equal("vic@example.com", await ToldAsync(company, company.Customer));
        await AppointAsync(company, company.Customer, ann);
        await SwitchAsync(company, ann, isEnabled: true);
        await SetAsync(company, company.Customer, ann);

        Assert.Equal("vic@example.com vic@example.com", await ToldAsync(company, company.Customer));
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task System_administrators_are_told_where_nobody_above_can_appoint(DatabaseKind database)
    {
        await using var company = await Company.OpenAsync(database);
        var adele = await company.HireAsync(company.Vendor, "adele", Domain.People.UserScope.System);
        var ann = await company.HireAsync(company.Customer, "ann");
        var administrator = await company.AsAsync(("system-administrator", ""));
        await administrator.SetRolesAsync(
            new SetRolesRequest { Principal = adele, Roles = { "roles/system-administrator" } });
        await administrator.AppointSupervisorsAsync(new AppointSupervisorsRequest { Name = company.Customer, Users = { ann } });

        await administrator.SetRolesAsync(new SetRolesRequest { Scope = company.Customer, Principal = ann });

        Assert.Equal("adele@example.com", await ToldAsync(company, company.Customer));
    }

    private static UserService.UserServiceClient Users(Company company) => new(company.Shop.Host.Administrator);

    private static GroupService.GroupServiceClient Groups(Company company) => new(company.Shop.Host.Administrator);

    private static async Task HireRepresentativeAsync(Company company)
    {
        var vic = await company.HireAsync(company.Vendor, "vic");
        await SetAsync(company, company.Vendor, vic, "roles/vendor-representative");
    }

    private static async Task<string> NewCustomerAsync(Company company, string name) =>
        (await company.Shop.Accounts.CreateAccountAsync(
            new CreateAccountRequest { Account = new Account { DisplayName = name }, Parent = company.Vendor })).Account.Name;

    private static async Task AppointAsync(Company company, string account, string person) =>
        await company.Assignments.AppointSupervisorsAsync(new AppointSupervisorsRequest { Name = account, Users = { person } });

    /// <summary>By a group that supervises.</summary>
    private static async Task JoinAsync(Company company, string account, string person)
    {
        if (await GroupOfAsync(company, account) is not { } group)
        {
            group = (await Groups(company).CreateGroupAsync(
                new CreateGroupRequest { Parent = account, Group = new Group { DisplayName = "Supervisors" } })).Group.Name;
            await SetAsync(company, account, group, "roles/supervisor");
        }

        await Groups(company).AddGroupMemberAsync(new AddGroupMemberRequest { Name = group, Member = person });
    }

    private static async Task<string?> GroupOfAsync(Company company, string account) =>
        (await Groups(company).ListGroupsAsync(new ListGroupsRequest { Parent = account })).Groups.SingleOrDefault()?.Name;

    private static async Task SetAsync(Company company, string scope, string principal, params string[] roles) =>
        await company.Assignments.SetRolesAsync(new SetRolesRequest { Scope = scope, Principal = principal, Roles = { roles } });

    private static async Task SwitchAsync(Company company, string person, bool isEnabled) =>
        await Users(company).UpdateUserAsync(new UpdateUserRequest
        {
            Name = person,
            User = new User { IsEnabled = isEnabled },
            UpdateMask = new FieldMask { Paths = { "is_enabled" } },
        });

    /// <summary>The addresses of those who were told of the account.</summary>
    private static async Task<string> ToldAsync(Company company, string account) => string.Join(' ', await company.Shop.ReadAsync(
        db => db.OutboxMessages
            .Where(message => message.Kind == MessageKind.SupervisorGone && message.Values.Contains(account))
            .Select(message => message.Address)
            .ToListAsync()));
}
