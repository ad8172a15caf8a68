using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using Stub = Entitlement.V1.AccessService.AccessServiceClient;

namespace Entitlement.CommandLine.Access;

/// <summary><c>entitle access …</c></summary>
internal static class AccessCommands
{
    private static readonly Option<string> Principal = new("--principal", "--as")
    {
        Description = "About whom: users/ID or serviceAccounts/ID. [default: yourself]",
        HelpName = "NAME",
        DefaultValueFactory = _ => "",
    };

    private static readonly Option<string?> After = new("--after")
    {
        Description = "Not older than the answer that gave this consistency token.",
        HelpName = "TOKEN",
    };

    public static Command Create() => new("access", "Ask who may do what, and why")
    {
        Check(),
        BatchCheck(),
        Explain(),
        List(),
        Principals(),
        AccessDryRunCommands.Create(),
        new AccessWatchCommand(),
        AccessCacheCommands.CreateAwait(),
        AccessCacheCommands.Create(),
    };

    public static MethodDescriptor Rpc(string name) => AccessService.Descriptor.FindMethodByName(name);

    /// <summary>Asked in a script's condition: what is not allowed ends like what is refused.</summary>
    private static RpcCommand<CheckPermissionRequest, CheckPermissionResponse> Check()
    {
        var (permission, resource) = (PermissionArgument(), ResourceArgument());
        return new RpcCommand<CheckPermissionRequest, CheckPermissionResponse>(
            "check",
            "Say yes or no",
            Rpc(nameof(Stub.CheckPermission)),
            (parse, request) =>
            {
                request.Principal = parse.GetRequiredValue(Principal);
                request.Check = CheckOf(parse, permission, resource);
                request.Consistency = Freshness(parse);
            },
            (screen, answer) =>
            {
                WriteAnswer(screen, answer, () => screen.WriteLine(YesNo(answer.Allowed)));
                return answer.Allowed ? ExitCode.Ok : ExitCode.Refused;
            })
        { permission, resource, Principal, After };
    }

    private static RpcCommand<BatchCheckPermissionsRequest, BatchCheckPermissionsResponse> BatchCheck()
    {
        var checks = new Argument<string[]>("PERMISSION@RESOURCE")
        {
            Description = "Such as license.read@accounts/ID; up to 1,000. Nothing after @ for the whole installation.",
            Arity = ArgumentArity.OneOrMore,
        };
        return new RpcCommand<BatchCheckPermissionsRequest, BatchCheckPermissionsResponse>(
            "batch-check",
            "Say yes or no to many questions, a line each, all at the same moment",
            Rpc(nameof(Stub.BatchCheckPermissions)),
            (parse, request) =>
            {
                request.Principal = parse.GetRequiredValue(Principal);
                request.Checks.AddRange(parse.GetRequiredValue(checks).Select(ReadCheck));
                request.Consistency = Freshness(parse);
            },
            (screen, answer) =>
            {
                WriteAnswer(screen, answer, () => answer.Allowed.ToList().ForEach(one => screen.WriteLine(YesNo(one))));
                return ExitCode.Ok;
            })
        { checks, Principal, After };
    }

    private static RpcCommand<ExplainPermissionRequest, ExplainPermissionResponse> Explain()
    {
        var (permission, resource) = (PermissionArgument(), ResourceArgument());
        return new RpcCommand<ExplainPermissionRequest, ExplainPermissionResponse>(
            "explain",
            "Tell why something is allowed or not, and whom to ask, in sentences for the telephone",
            Rpc(nameof(Stub.ExplainPermission)),
            (parse, request) =>
            {
                request.Principal = parse.GetRequiredValue(Principal);
                request.Check = CheckOf(parse, permission, resource);
                request.Consistency = Freshness(parse);
            },
            (screen, answer) =>
            {
                WriteAnswer(
                    screen, answer, () => answer.Explanation.Sentences.ToList().ForEach(screen.WriteLine));
                return ExitCode.Ok;
            })
        { permission, resource, Principal, After };
    }

    private static RpcCommand<ListPermissionsRequest, ListPermissionsResponse> List()
    {
        var resource = ResourceArgument();
        return new RpcCommand<ListPermissionsRequest, ListPermissionsResponse>(
            "list",
            "List all that somebody may do to a resource, the roles that give it, and those that they may assign",
            Rpc(nameof(Stub.ListPermissions)),
            (parse, request) =>
            {
                request.Principal = parse.GetRequiredValue(Principal);
                request.Resource = parse.GetRequiredValue(resource);
                request.Consistency = Freshness(parse);
            },
            (screen, answer) =>
            {
                WriteAnswer(screen, answer, () => screen.WriteDetails(
                [
                    ("May", string.Join(", ", answer.Permissions.Select(PermissionText.Name))),
                    .. answer.Roles.Select(role => ("Holds", RoleLine(role))),
                    ("May assign", string.Join(", ", answer.AssignableRoles)),
                ]));
                return ExitCode.Ok;
            })
        { resource, Principal, After };
    }

    private static ListCommand<ListPrincipalsRequest, ListPrincipalsResponse> Principals()
    {
        var (permission, resource) = (PermissionArgument(), ResourceArgument());
        return new ListCommand<ListPrincipalsRequest, ListPrincipalsResponse>(
            "principals",
            "List who may do something to a resource",
            Rpc(nameof(Stub.ListPrincipals)),
            ["principal", "display_name"],
            (parse, request) =>
            {
                request.Permission = PermissionText.Read(parse.GetRequiredValue(permission));
                request.Resource = parse.GetRequiredValue(resource);
            })
        { permission, resource };
    }

    public static void WriteAnswer(Screen screen, Google.Protobuf.IMessage answer, Action write)
    {
        if (screen.Field is { } field)
        {
            screen.WriteLine(FieldText.Value(answer, ResourceView.Find(answer.Descriptor, field)));
        }
        else if (screen.IsJson)
        {
            screen.WriteJson(answer);
        }
        else
        {
            write();
        }
    }

    private static string RoleLine(HeldRole role) => string.Join(' ',
        new[]
        {
            role.Role,
            "on",
            role.Scope.Length == 0 ? "the whole installation" : role.Scope,
            role.Group.Length == 0 ? "" : $"through {role.Group}",
            role.ExpireTime is null ? "" : $"until {FieldText.Time(role.ExpireTime)}",
        }.Where(part => part.Length > 0));

    private static Argument<string> PermissionArgument() =>
        new("PERMISSION") { Description = "Such as license.activate." };

    private static Argument<string> ResourceArgument() => new("RESOURCE")
    {
        Description = "A resource name, such as accounts/ID. [default: the whole installation]",
        DefaultValueFactory = _ => "",
    };

    private static PermissionCheck CheckOf(
        ParseResult parse, Argument<string> permission, Argument<string> resource) => new()
        {
            Permission = PermissionText.Read(parse.GetRequiredValue(permission)),
            Resource = parse.GetRequiredValue(resource),
        };

    private static PermissionCheck ReadCheck(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at < 0
            ? throw CommandFailure.Usage(
                $"'{text}' has no @ between permission and resource.", "Example: license.read@accounts/ID")
            : new PermissionCheck { Permission = PermissionText.Read(text[..at]), Resource = text[(at + 1)..] };
    }

    private static Consistency? Freshness(ParseResult parse) =>
        parse.GetValue(After) is { } token ? new Consistency { AtLeastAsFresh = token } : null;

    private static string YesNo(bool allowed) => allowed ? "yes" : "no";
}
