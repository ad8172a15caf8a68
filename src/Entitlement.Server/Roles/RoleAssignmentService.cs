using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Entitlement.V1;
using Grpc.Core;
using Permission = Entitlement.Domain.Access.Permission;

namespace Entitlement.Server.Roles;

internal sealed class RoleAssignmentService(OnceWriter writer, RoleGiver giver, HolderReader holders, ViewerReader viewers)
    : V1.RoleAssignmentService.RoleAssignmentServiceBase
{
    private const int MaxEntries = 500;
    private const int MaxRoles = 50;
    private const int MaxSupervisors = 50;

    public override async Task<AssignRolesResponse> AssignRoles(AssignRolesRequest request, ServerCallContext context)
    {
        RequireCount(request.Entries.Count, 1, MaxEntries, "entries");
        var scope = Parse(request.Scope, "scope");
        WantedRole[] wanted =
        [
            .. request.Entries.Select(entry => new WantedRole(
                Subject.Parse(entry.Principal, "entries.principal"),
                RoleName.Parse(entry.Role, "entries.role"),
                entry.ExpireTime?.ToDateTimeOffset().ToWholeMilliseconds())),
        ];
        var outcome = await GiveAsync(context, request, request.RequestId, scope, wanted, Permission.AccessManage);
        return new AssignRolesResponse { ConsistencyToken = outcome.ConsistencyToken };
    }

    public override async Task<SetRolesResponse> SetRoles(SetRolesRequest request, ServerCallContext context)
    {
        RequireCount(request.Roles.Count, 0, MaxRoles, "roles");
        var scope = Parse(request.Scope, "scope");
        var subject = Subject.Parse(request.Principal, "principal");
        HashSet<RoleName> wanted = [.. request.Roles.Select(role => RoleName.Parse(role, "roles"))];
        var caller = context.GetCaller();
        var outcome = await writer.RunAsync(context, request, request.RequestId, async (change, token) =>
        {
            _ = await subject.FindAsync(change.Db, token);
            var held = await RoleGiver.ListHeldAsync(change.Db, subject, scope, token);
            var missing = wanted.Where(role => !held.Exists(one => one.RoleId == role.RoleId));
            await giver.GiveAsync(
                change, caller, scope, [.. missing.Select(role => new WantedRole(subject, role, Until: null))], Permission.AccessManage, token);
            await giver.TakeAsync(
                change,
                caller,
                scope,
                [.. held.Where(one => !wanted.Contains(new RoleName(one.RoleId)))],
                Permission.AccessManage,
                token);
            return new Outcome(request.Scope, Existed: false);
        });
        return new SetRolesResponse { ConsistencyToken = outcome.ConsistencyToken };
    }

    public override Task<ListRoleAssignmentsResponse> ListRoleAssignments(
        ListRoleAssignmentsRequest request, ServerCallContext context) =>
        holders.ListAsync(Parse(request.Scope, "scope"), request, context.CancellationToken);

    public override Task<GetUserAccessResponse> GetUserAccess(GetUserAccessRequest request, ServerCallContext context) =>
        holders.GetAsync(UserName.Parse(request.Name, "name"), context.GetCaller(), context.CancellationToken);

    public override async Task<AppointSupervisorsResponse> AppointSupervisors(
        AppointSupervisorsRequest request, ServerCallContext context)
    {
        RequireCount(request.Users.Count, 1, MaxSupervisors, "users");
        var account = AccountName.Parse(request.Name, "name");
        var appointment = new SupervisorAppointment(giver, account, ParseUsers(request.Users));
        var caller = context.GetCaller();
        var outcome = await writer.RunAsync(
            context, request, request.RequestId, (change, token) => appointment.RunAsync(change, caller, token));
        return new AppointSupervisorsResponse { ConsistencyToken = outcome.ConsistencyToken };
    }

    public override async Task<AssignLicenseResponse> AssignLicense(AssignLicenseRequest request, ServerCallContext context)
    {
        RequireCount(request.Users.Count, 1, MaxEntries, "users");
        var scope = Parse($"{LicenseName.Parse(request.Name, "name")}", "name");
        WantedRole[] wanted = [.. ParseUsers(request.Users).Select(user => new WantedRole(user, LicenseVisibility.Role, Until: null))];
        var outcome = await GiveAsync(context, request, request.RequestId, scope, wanted, Permission.LicenseAssign);
        return new AssignLicenseResponse { ConsistencyToken = outcome.ConsistencyToken };
    }

    public override async Task<SetLicenseVisibilityResponse> SetLicenseVisibility(
        SetLicenseVisibilityRequest request, ServerCallContext context)
    {
        var license = LicenseName.Parse(request.Name, "name");
        var user = Subject.Parse($"{UserName.Parse(request.User, "user")}", "user");
        var visibility = new LicenseVisibility(giver, viewers, license, user);
        var caller = context.GetCaller();
        var outcome = await writer.RunAsync(context, request, request.RequestId, (change, token) => request.Visible
            ? visibility.ShowAsync(change, caller, token)
            : visibility.HideAsync(change, caller, token));
        return new SetLicenseVisibilityResponse { ConsistencyToken = outcome.ConsistencyToken };
    }

    public override Task<ListLicenseViewersResponse> ListLicenseViewers(
        ListLicenseViewersRequest request, ServerCallContext context) =>
        viewers.ListAsync(LicenseName.Parse(request.Name, "name"), request, context.GetCaller(), context.CancellationToken);

    private static Subject[] ParseUsers(IEnumerable<string> users) =>
        [.. users.Distinct(StringComparer.Ordinal).Select(user => Subject.Parse($"{UserName.Parse(user, "users")}", "users"))];

    private static ResourcePath Parse(string name, string field) =>
        ResourcePath.TryParse(name, out var path) && path.ScopeName == name
            ? path
            : throw Refusal.InvalidArgument(field, "must be the name of an account, product, license, project, wave or batch, or empty");

    private static void RequireCount(int count, int min, int max, string field)
    {
        if (count < min || count > max)
        {
            throw Refusal.InvalidArgument(field, $"must have {min} to {max} entries");
        }
    }

    private Task<Outcome> GiveAsync(
        ServerCallContext context,
        Google.Protobuf.IMessage request,
        string requestId,
        ResourcePath scope,
        IReadOnlyCollection<WantedRole> wanted,
        Permission with)
    {
        var caller = context.GetCaller();
        return writer.RunAsync(context, request, requestId, async (change, token) =>
        {
            await giver.GiveAsync(change, caller, scope, wanted, with, token);
            return new Outcome(scope.ScopeName, Existed: false);
        });
    }
}
