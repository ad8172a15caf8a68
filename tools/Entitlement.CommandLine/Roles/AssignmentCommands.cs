using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Stub = Entitlement.V1.RoleAssignmentService.RoleAssignmentServiceClient;

namespace Entitlement.CommandLine.Roles;

/// <summary><c>entitle assignment …</c>, and what of it belongs to <c>entitle license</c>.</summary>
internal static class AssignmentCommands
{
    public static Command Create() => new("assignment", "Give roles to people and programs, and see who holds what")
    {
        Assign(),
        SetRoles(),
        ListAssignments(),
        GetUserAccess(),
        Appoint(),
    };

    /// <summary>Who works with a license, and who sees it.</summary>
    public static IEnumerable<Command> ForLicenses() => [AssignLicense(), Show("show", visible: true), Show("hide", visible: false), Viewers()];

    private static RpcCommand<AssignRolesRequest, AssignRolesResponse> Assign()
    {
        var (principal, roles, scope) = (Principal(), Roles(ArgumentArity.OneOrMore), Scope());
        var until = new Option<DateTimeOffset?>("--until")
        {
            Description = "Until when they are held: 2027-01-31, 2027-01-31T12:00:00Z or +14d. [default: for good]",
            HelpName = "DATE",
            CustomParser = result => Durations.ParseTime(result, TimeProvider.System),
        };
        return new RpcCommand<AssignRolesRequest, AssignRolesResponse>(
            "create",
            "Give roles to somebody",
            Rpc(nameof(Stub.AssignRoles)),
            (parse, request) =>
            {
                request.Scope = parse.GetValue(scope) ?? "";
                request.Entries.AddRange(parse.GetRequiredValue(roles).Select(role => new AssignRolesRequest.Types.Entry
                {
                    Principal = parse.GetRequiredValue(principal),
                    Role = ResourceNames.Complete("roles", role),
                    ExpireTime = parse.GetValue(until)?.ToTimestamp(),
                }));
                request.RequestId = RequestId.From(parse);
            },
            (screen, answer) => screen.Tell(answer, "The roles are given."))
        { principal, roles, scope, until, RequestId.Option };
    }

    private static RpcCommand<SetRolesRequest, SetRolesResponse> SetRoles()
    {
        var (principal, roles, scope) = (Principal(), Roles(ArgumentArity.ZeroOrMore), Scope());
        return new RpcCommand<SetRolesRequest, SetRolesResponse>(
            "set",
            "Make the roles that somebody holds on a scope exactly these; without any, none",
            Rpc(nameof(Stub.SetRoles)),
            (parse, request) =>
            {
                request.Scope = parse.GetValue(scope) ?? "";
                request.Principal = parse.GetRequiredValue(principal);
                request.Roles.AddRange((parse.GetValue(roles) ?? []).Select(role => ResourceNames.Complete("roles", role)));
                request.RequestId = RequestId.From(parse);
            },
            (screen, answer) => screen.Tell(answer, "The roles are set."))
        { principal, roles, scope, RequestId.Option };
    }

    private static ListCommand<ListRoleAssignmentsRequest, ListRoleAssignmentsResponse> ListAssignments()
    {
        var scope = Scope();
        return new ListCommand<ListRoleAssignmentsRequest, ListRoleAssignmentsResponse>(
            "list",
            "List who was given what on a scope, oldest first",
            Rpc(nameof(Stub.ListRoleAssignments)),
            ["principal", "role", "scope", "create_time", "expire_time"],
            (parse, request) => request.Scope = parse.GetValue(scope) ?? "")
        { scope };
    }

    private static RpcCommand<GetUserAccessRequest, GetUserAccessResponse> GetUserAccess()
    {
        var user = User();
        return new RpcCommand<GetUserAccessRequest, GetUserAccessResponse>(
            "of",
            "Show everything that a person holds: accounts, groups and roles",
            Rpc(nameof(Stub.GetUserAccess)),
            (parse, request) => request.Name = ResourceNames.Complete("users", parse.GetRequiredValue(user)),
            ShowAccess)
        { user };
    }

    private static ExitCode ShowAccess(Screen screen, GetUserAccessResponse answer)
    {
        if (screen.IsJson)
        {
            screen.WriteJson(answer);
            return ExitCode.Ok;
        }

        screen.WriteDetails(
        [
            ("Accounts", string.Join(", ", answer.Accounts)),
            ("Primary account", answer.PrimaryAccount),
            ("Groups", string.Join(", ", answer.Groups)),
        ]);
        screen.WriteTable(
            ["Role", "On", "Through", "Until"],
            answer.Held.Select(one => (string[])
            [
                one.RoleAssignment.Role,
                one.RoleAssignment.Scope.Length == 0 ? "the whole installation" : one.RoleAssignment.Scope,
                one.Group,
                one.RoleAssignment.ExpireTime is { } end ? FieldText.Time(end) : "",
            ]));
        return ExitCode.Ok;
    }

    private static RpcCommand<AppointSupervisorsRequest, AppointSupervisorsResponse> Appoint()
    {
        var account = new Argument<string>("ACCOUNT") { Description = "accounts/ID, or the id alone." };
        var users = Users();
        return new RpcCommand<AppointSupervisorsRequest, AppointSupervisorsResponse>(
            "appoint",
            "Appoint supervisors of an account, and write to them",
            Rpc(nameof(Stub.AppointSupervisors)),
            (parse, request) =>
            {
                request.Name = ResourceNames.Complete("accounts", parse.GetRequiredValue(account));
                request.Users.AddRange(parse.GetRequiredValue(users).Select(user => ResourceNames.Complete("users", user)));
                request.RequestId = RequestId.From(parse);
            },
            (screen, answer) => screen.Tell(answer, "They are appointed."))
        { account, users, RequestId.Option };
    }

    private static RpcCommand<AssignLicenseRequest, AssignLicenseResponse> AssignLicense()
    {
        var (license, users) = (License(), Users());
        return new RpcCommand<AssignLicenseRequest, AssignLicenseResponse>(
            "assign",
            "Assign a license to people, who can work with it from then on",
            Rpc(nameof(Stub.AssignLicense)),
            (parse, request) =>
            {
                request.Name = parse.GetRequiredValue(license);
                request.Users.AddRange(parse.GetRequiredValue(users).Select(user => ResourceNames.Complete("users", user)));
                request.RequestId = RequestId.From(parse);
            },
            (screen, answer) => screen.Tell(answer, "The license is assigned."))
        { license, users, RequestId.Option };
    }

    private static RpcCommand<SetLicenseVisibilityRequest, SetLicenseVisibilityResponse> Show(string verb, bool visible)
    {
        var (license, user) = (License(), User());
        return new RpcCommand<SetLicenseVisibilityRequest, SetLicenseVisibilityResponse>(
            verb,
            visible ? "Show a license to a person of the organisation" : "Hide a license from a person of the organisation",
            Rpc(nameof(Stub.SetLicenseVisibility)),
            (parse, request) =>
            {
                request.Name = parse.GetRequiredValue(license);
                request.User = ResourceNames.Complete("users", parse.GetRequiredValue(user));
                request.Visible = visible;
                request.RequestId = RequestId.From(parse);
            },
            (screen, answer) => screen.Tell(answer, visible ? "The license is shown." : "The license is hidden."))
        { license, user, RequestId.Option };
    }

    private static ListCommand<ListLicenseViewersRequest, ListLicenseViewersResponse> Viewers()
    {
        var license = License();
        return new ListCommand<ListLicenseViewersRequest, ListLicenseViewersResponse>(
            "viewers",
            "List the people of the organisation, and whether they see a license",
            Rpc(nameof(Stub.ListLicenseViewers)),
            ["user", "display_name", "can_see", "can_be_hidden"],
            (parse, request) => request.Name = parse.GetRequiredValue(license))
        { license };
    }

    private static Argument<string> Principal() =>
        new("PRINCIPAL") { Description = "users/ID, or a service account or group by its name." };

    private static Argument<string[]> Roles(ArgumentArity arity) =>
        new("ROLE") { Description = "roles/ROLE, or ROLE alone.", Arity = arity };

    private static Option<string?> Scope() => new("--on")
    {
        Description = "On what: the name of an account, product, license, project, wave or batch. [default: the whole installation]",
        HelpName = "NAME",
    };

    private static Argument<string> License() => new("LICENSE") { Description = "accounts/ID/licenses/ID." };

    private static Argument<string> User() => new("USER") { Description = "users/ID, or the id alone." };

    private static Argument<string[]> Users() =>
        new("USER") { Description = "users/ID, or the id alone.", Arity = ArgumentArity.OneOrMore };

    private static MethodDescriptor Rpc(string name) => RoleAssignmentService.Descriptor.FindMethodByName(name);
}
