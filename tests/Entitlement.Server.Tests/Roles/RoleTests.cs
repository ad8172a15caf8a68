using Entitlement.Domain.Access;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Permission = Entitlement.V1.Permission;
using Role = Entitlement.V1.Role;
using ScopeKind = Entitlement.V1.ScopeKind;
using Stub = Entitlement.V1.RoleService.RoleServiceClient;

namespace Entitlement.Server.Tests.Roles;

public class RoleTests
{
    private static Role Auditor => new()
    {
        Name = "roles/auditor",
        DisplayName = "Auditor",
        Permissions = { Permission.LicenseReadCode },
        ScopeKinds = { ScopeKind.Account },
    };

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Keeps_a_role_with_all_that_its_permissions_need(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var roles = new Stub(shop.Host.Administrator);

        var created = await roles.CreateRoleAsync(new CreateRoleRequest { Role = Auditor });

        Assert.Contains(Permission.LicenseRead, created.Role.Permissions);
        Assert.Equal(created.Role, (await roles.GetRoleAsync(new GetRoleRequest { Name = "roles/auditor" })).Role);
        var listed = (await roles.ListRolesAsync(new ListRolesRequest())).Roles;
        Assert.Equal(BuiltInRoles.All.Length + 1, listed.Count);
        Assert.Equal("ROLE_TAKEN", await ReasonAsync(() => roles.CreateRoleAsync(new CreateRoleRequest { Role = Auditor })));
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task What_a_changed_role_gives_its_holders_have_at_the_next_call(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var roles = new Stub(shop.Host.Administrator);
        await roles.CreateRoleAsync(new CreateRoleRequest { Role = Auditor });
        var account = await shop.NewAccountAsync("Acme");
        var holder = new AccountService.AccountServiceClient(await shop.Host.ConnectAsAsync(("auditor", account)));
        Task<string> AskAsync() => ReasonAsync(() => holder.GetAccountAsync(new GetAccountRequest { Name = account }));

        Assert.Equal("PERMISSION_DENIED", await AskAsync());
        await roles.UpdateRoleAsync(Update(new Role { Permissions = { Permission.AccountRead } }, "permissions"));
        Assert.Equal("none", await AskAsync());
        await roles.UpdateRoleAsync(Update(new Role { Permissions = { Permission.CareRead } }, "permissions"));
        Assert.Equal("PERMISSION_DENIED", await AskAsync());
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Deletes_a_role_that_nobody_holds_and_no_other(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var roles = new Stub(shop.Host.Administrator);
        var (id, _) = await shop.Host.PrincipalAsync();
        var account = await shop.NewAccountAsync("Acme");
        await roles.CreateRoleAsync(new CreateRoleRequest { Role = Auditor });
        var assignments = new RoleAssignmentService.RoleAssignmentServiceClient(shop.Host.Administrator);
        var holding = new SetRolesRequest { Scope = account, Principal = $"serviceAccounts/{id}", Roles = { "roles/auditor" } };
        await assignments.SetRolesAsync(holding);

        Assert.Equal("ROLE_IN_USE", await ReasonAsync(() => roles.DeleteRoleAsync(new DeleteRoleRequest { Name = "roles/auditor" })));
        holding.Roles.Clear();
        await assignments.SetRolesAsync(holding);
        await roles.DeleteRoleAsync(new DeleteRoleRequest { Name = "roles/auditor" });

        Assert.Equal("NOT_FOUND", await ReasonAsync(() => roles.GetRoleAsync(new GetRoleRequest { Name = "roles/auditor" })));
        Assert.Equal("ROLE_BUILT_IN", await ReasonAsync(() => roles.DeleteRoleAsync(new DeleteRoleRequest { Name = "roles/supervisor" })));
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Nobody_writes_more_into_a_role_than_they_hold(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var administrator = new Stub(shop.Host.Administrator);
        var keeper = new Role
        {
            Name = "roles/role-keeper",
            DisplayName = "Keeper of roles",
            Permissions = { Permission.RoleManage, Permission.LicenseRead },
            Assigns = { "roles/auditor" },
            ScopeKinds = { ScopeKind.System },
        };
        await administrator.CreateRoleAsync(new CreateRoleRequest { Role = Auditor });
        await administrator.CreateRoleAsync(new CreateRoleRequest { Role = keeper });
        var keepers = new Stub(await shop.Host.ConnectAsAsync(("role-keeper", "")));
        var modest = new Role { Name = "roles/reader", DisplayName = "Reader", Permissions = { Permission.LicenseRead }, ScopeKinds = { ScopeKind.Account } };

        await keepers.CreateRoleAsync(new CreateRoleRequest { Role = modest });

        modest.Permissions.Add(Permission.LicenseReadCode);
        modest.Name = "roles/code-reader";
        Assert.Equal("PERMISSION_DENIED", await ReasonAsync(() => keepers.CreateRoleAsync(new CreateRoleRequest { Role = modest })));
        modest.Permissions.RemoveAt(1);
        modest.Name = "roles/everywhere";
        modest.ScopeKinds.Add(ScopeKind.System);
        Assert.Equal("ROLE_NOT_ASSIGNABLE", await ReasonAsync(() => keepers.CreateRoleAsync(new CreateRoleRequest { Role = modest })));
    }

    private static UpdateRoleRequest Update(Role role, params string[] fields) =>
        new() { Name = "roles/auditor", Role = role, UpdateMask = new FieldMask { Paths = { fields } } };

    private static async Task<string> ReasonAsync<T>(Func<AsyncUnaryCall<T>> call)
    {
        try
        {
            await call();
            return "none";
        }
        catch (RpcException refusal)
        {
            return refusal.Reason();
        }
    }
}
