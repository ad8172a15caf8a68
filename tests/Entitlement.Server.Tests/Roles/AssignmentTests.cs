using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Tests.Roles;

public class AssignmentTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Gives_shows_and_takes_roles_on_one_scope(DatabaseKind database)
    {
        await using var company = await Company.OpenAsync(database);
        var ann = await company.HireAsync(company.Customer, "ann");

        var given = await company.Assignments.SetRolesAsync(Set(company.Customer, ann, "roles/licensing", "roles/reporting"));
        Assert.Equal(["roles/licensing", "roles/reporting"], await HeldAsync(company, ann));

        var changed = await company.Assignments.SetRolesAsync(Set(company.Customer, ann, "roles/reporting"));
        Assert.Equal(["roles/reporting"], await HeldAsync(company, ann));
        Assert.NotEqual(given.ConsistencyToken, changed.ConsistencyToken);

        var listed = await company.Assignments.ListRoleAssignmentsAsync(new ListRoleAssignmentsRequest { Scope = company.Customer });
        Assert.Equal((ann, "roles/reporting", company.Customer), listed.RoleAssignments.Select(one => (one.Principal, one.Role, one.Scope)).Single());
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Refuses_what_may_not_be_given_and_changes_nothing(DatabaseKind database)
    {
        await using var company = await Company.OpenAsync(database);
        var (ann, elsewhere) = (await company.HireAsync(company.Customer, "ann"), await company.HireAsync(company.Vendor, "vic"));
        var other = await company.HireAsync(await company.Shop.NewAccountAsync("Other"), "otto");
        var supervisor = await company.AsAsync(("supervisor", company.Customer));

        (string Title, string Reason, AssignRolesRequest Request)[] cases =
        [
            ("a role that the caller's does not list", "ROLE_NOT_ASSIGNABLE", Assign(company.Customer, ann, "roles/administrator")),
            ("a role of the system", "ROLE_NOT_ASSIGNABLE", Assign(company.Customer, ann, "roles/system-administrator")),
            ("an unknown role", "ROLE_NOT_ASSIGNABLE", Assign(company.Customer, ann, "roles/astronaut")),
            ("an unknown person", "NOT_FOUND", Assign(company.Customer, $"users/{Guid.NewGuid()}", "roles/licensing")),
            ("a person of another tree", "NOT_FOUND", Assign(company.Customer, other, "roles/licensing")),
            ("an account above", "NOT_FOUND", Assign(company.Vendor, elsewhere, "roles/licensing")),
            ("an unknown account", "NOT_FOUND", Assign($"accounts/{Guid.NewGuid()}", ann, "roles/licensing")),
            ("an end in the past", "INVALID_ARGUMENT", Assign(company.Customer, ann, "roles/licensing", company.Shop.Clock.GetUtcNow())),
            ("nothing", "INVALID_ARGUMENT", new AssignRolesRequest { Scope = company.Customer }),
            ("one good and one bad", "ROLE_NOT_ASSIGNABLE", Assign(company.Customer, ann, "roles/licensing", also: "roles/astronaut")),
            ("more than a call takes", "INVALID_ARGUMENT", Many(company.Customer, ann)),
            ("something that is no scope", "INVALID_ARGUMENT", Assign($"{company.Customer}/members/{Guid.NewGuid()}", ann, "roles/licensing")),
        ];
        foreach (var (title, reason, request) in cases)
        {
            var refusal = await Record.ExceptionAsync(async () => await supervisor.AssignRolesAsync(request)) as RpcException;
            Assert.Equal((title, reason), (title, refusal?.Reason()));
        }

        Assert.Empty(await HeldAsync(company, ann));
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Keeps_a_legacy_role_readable_and_gives_it_to_nobody(DatabaseKind database)
    {
        await using var company = await Company.OpenAsync(database);
        var ann = await company.HireAsync(company.Customer, "ann");

        var refusal = await Assert.ThrowsAsync<RpcException>(
            async () => await company.Assignments.AssignRolesAsync(Assign(company.Customer, ann, "roles/none")));

        Assert.Equal("ROLE_NOT_ALLOWED", refusal.Reason());
        Assert.Contains("roles/user", refusal.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task A_role_with_an_end_ends_by_the_clock_alone(DatabaseKind database)
    {
        await using var company = await Company.OpenAsync(database);
        var (id, key) = await company.Shop.Host.PrincipalAsync();
        var end = company.Shop.Clock.GetUtcNow().AddHours(1);
        await company.Assignments.AssignRolesAsync(Assign(company.Customer, $"serviceAccounts/{id}", "roles/user", end));
        var accounts = new AccountService.AccountServiceClient(company.Shop.Host.Connect(key));
        await accounts.GetAccountAsync(new GetAccountRequest { Name = company.Customer });

        company.Shop.Clock.Advance(TimeSpan.FromHours(1));

        var refusal = await Assert.ThrowsAsync<RpcException>(
            async () => await accounts.GetAccountAsync(new GetAccountRequest { Name = company.Customer }));
        Assert.Equal("NOT_FOUND", refusal.Reason());
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task The_first_supervisor_leaves_members_what_they_had_and_those_who_come_later_nothing(DatabaseKind database)
    {
        await using var company = await Company.OpenAsync(database, AccountPolicy.OpenUntilSupervised);
        var (ann, bob) = (await company.HireAsync(company.Customer, "ann"), await company.HireAsync(company.Customer, "bob"));
        var representative = await company.AsAsync(("vendor-representative", company.Vendor));
        var appointment = new AppointSupervisorsRequest { Name = company.Customer, Users = { ann } };

        await representative.AppointSupervisorsAsync(appointment);
        await representative.AppointSupervisorsAsync(appointment);
        var carl = await company.HireAsync(company.Customer, "carl");

        Assert.Equal(["roles/licensing", "roles/reporting", "roles/supervisor"], await HeldAsync(company, ann));
        Assert.Equal(["roles/licensing", "roles/reporting"], await HeldAsync(company, bob));
        Assert.Empty(await HeldAsync(company, carl));
        await company.Assignments.SetRolesAsync(Set(company.Customer, ann));
        var account = await company.Shop.Accounts.GetAccountAsync(new GetAccountRequest { Name = company.Customer });
        Assert.NotNull(account.Account.SuperviseTime);
        Assert.Empty(await HeldAsync(company, carl));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task The_last_system_administrator_stays_whichever_two_go_at_once(DatabaseKind database)
    {
        await using var company = await Company.OpenAsync(database);
        var (first, firstKey) = await company.Shop.Host.PrincipalAsync(("system-administrator", ""));
        var (second, secondKey) = await company.Shop.Host.PrincipalAsync(("system-administrator", ""));
        await company.Shop.ReadAsync(async db =>
        {
            var others = await db.RoleAssignments.Where(one => one.SubjectId != first && one.SubjectId != second).ExecuteDeleteAsync();
            return others;
        });

        var results = await Task.WhenAll(TakeAsync(firstKey, second), TakeAsync(secondKey, first));

        Assert.Contains("taken", results);
        Assert.Contains(results, result => result is "LAST_ADMINISTRATOR" or "PERMISSION_DENIED" or "ROLE_NOT_ASSIGNABLE");

        async Task<string> TakeAsync(string key, Guid from)
        {
            try
            {
                await new RoleAssignmentService.RoleAssignmentServiceClient(company.Shop.Host.Connect(key)).SetRolesAsync(
                    new SetRolesRequest { Scope = "", Principal = $"serviceAccounts/{from}" });
                return "taken";
            }
            catch (RpcException refusal)
            {
                return refusal.Reason();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Shows_a_license_to_a_person_and_hides_it_again(DatabaseKind database)
    {
        await using var company = await Company.OpenAsync(database);
        var ann = await company.HireAsync(company.Customer, "ann");
        var product = (await company.Shop.NewLicenseAsync()).Product;
        var license = (await company.Shop.Licenses.CreateLicenseAsync(
            new CreateLicenseRequest { Parent = company.Customer, License = new License { Product = product } })).License;
        var admin = await company.AsAsync(("license-admin", company.Vendor));

        await admin.SetLicenseVisibilityAsync(Visibility(license, ann, visible: true));
        Assert.Equal((true, true), await SeesAsync());
        await admin.SetLicenseVisibilityAsync(Visibility(license, ann, visible: false));
        Assert.Equal((false, false), await SeesAsync());

        await company.Assignments.SetRolesAsync(Set(company.Customer, ann, "roles/license-admin"));
        Assert.Equal((true, false), await SeesAsync());
        var refusal = await Assert.ThrowsAsync<RpcException>(
            async () => await admin.SetLicenseVisibilityAsync(Visibility(license, ann, visible: false)));
        Assert.Equal("ROLE_NOT_ALLOWED", refusal.Reason());

        async Task<(bool CanSee, bool CanBeHidden)> SeesAsync()
        {
            var viewers = await admin.ListLicenseViewersAsync(new ListLicenseViewersRequest { Name = license.Name });
            var viewer = viewers.Viewers.Single(one => one.User == ann);
            return (viewer.CanSee, viewer.CanBeHidden);
        }
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task A_license_that_is_given_to_another_account_leaves_its_assignments_behind(DatabaseKind database)
    {
        await using var company = await Company.OpenAsync(database);
        var ann = await company.HireAsync(company.Customer, "ann");
        var product = (await company.Shop.NewLicenseAsync()).Product;
        var license = (await company.Shop.Licenses.CreateLicenseAsync(
            new CreateLicenseRequest { Parent = company.Customer, License = new License { Product = product } })).License;
        await company.Assignments.AssignLicenseAsync(new AssignLicenseRequest { Name = license.Name, Users = { ann } });

        await company.Shop.Licenses.TransferLicenseAsync(
            new TransferLicenseRequest { Name = license.Name, Account = company.Vendor, Reason = "sold" });

        Assert.Empty(await HeldAsync(company, ann));
    }

    private static SetLicenseVisibilityRequest Visibility(License license, string user, bool visible) =>
        new() { Name = license.Name, User = user, Visible = visible };

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Whoever_supervises_already_is_not_written_to_again(DatabaseKind database)
    {
        await using var company = await Company.OpenAsync(database);
        var (ann, bob) = (await company.HireAsync(company.Customer, "ann"), await company.HireAsync(company.Customer, "bob"));
        var appointment = new AppointSupervisorsRequest { Name = company.Customer, Users = { ann } };
        Task<List<string>> ToldAsync() => company.Shop.ReadAsync(db => db.OutboxMessages
            .Where(message => message.Kind == Domain.Notifications.MessageKind.SupervisorAppointed)
            .OrderBy(message => message.Address)
            .Select(message => message.Address)
            .ToListAsync());

        var first = await company.Assignments.AppointSupervisorsAsync(appointment);
        var again = await company.Assignments.AppointSupervisorsAsync(appointment);
        Assert.Equal(["ann@example.com"], await ToldAsync());
        Assert.NotEqual("0", first.ConsistencyToken);
        Assert.Equal("0", again.ConsistencyToken);

        appointment.Users.Add(bob);
        await company.Assignments.AppointSupervisorsAsync(appointment);
        Assert.Equal(["ann@example.com", "bob@example.com"], await ToldAsync());
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Whoever_may_not_give_a_role_is_told_who_may(DatabaseKind database)
    {
        await using var company = await Company.OpenAsync(database);
        var ann = await company.HireAsync(company.Customer, "ann");
        var (adam, vic) = (await company.HireAsync(company.Vendor, "adam"), await company.HireAsync(company.Vendor, "vic"));
        await company.Assignments.SetRolesAsync(Set(company.Vendor, vic, "roles/vendor-representative"));
        await company.Assignments.SetRolesAsync(Set(company.Vendor, adam, "roles/administrator"));
        var supervisor = await company.AsAsync(("supervisor", company.Customer));

        var refusal = await Shop.RefusedAsync(supervisor.AssignRolesAsync(Assign(company.Customer, ann, "roles/administrator")));

        Assert.Equal(("ROLE_NOT_ASSIGNABLE", adam, company.Vendor), (
            refusal.Reason(), refusal.Info().Metadata["contact"], refusal.Info().Metadata["contact_account"]));
        Assert.Equal([adam], refusal.Find<AccessContacts>()!.Contacts.Select(one => one.Name));
        Assert.Contains("adam@example.com", refusal.Status.Detail, StringComparison.Ordinal);
    }

    private static SetRolesRequest Set(string scope, string principal, params string[] roles) =>
        new() { Scope = scope, Principal = principal, Roles = { roles } };

    private static AssignRolesRequest Assign(string scope, string principal, string role, DateTimeOffset? end = null, string? also = null)
    {
        var request = new AssignRolesRequest
        {
            Scope = scope,
            Entries = { new AssignRolesRequest.Types.Entry { Principal = principal, Role = role, ExpireTime = end?.ToTimestamp() } },
        };
        if (also is not null)
        {
            request.Entries.Add(new AssignRolesRequest.Types.Entry { Principal = principal, Role = also });
        }

        return request;
    }

    private static AssignRolesRequest Many(string scope, string principal) => new()
    {
        Scope = scope,
        Entries =
        {
            Enumerable.Repeat(new AssignRolesRequest.Types.Entry { Principal = principal, Role = "roles/licensing" }, 10_000),
        },
    };

    private static async Task<IEnumerable<string>> HeldAsync(Company company, string user) =>
        (await company.Assignments.GetUserAccessAsync(new GetUserAccessRequest { Name = user })).Held
            .Select(one => one.RoleAssignment.Role)
            .Order(StringComparer.Ordinal);
}
