using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Stub = Entitlement.V1.AccessService.AccessServiceClient;

namespace Entitlement.CommandLine.Access;

/// <summary><c>entitle access dry-run</c>: one change, by the option that names it.</summary>
internal static class AccessDryRunCommands
{
    private static readonly Option<string?> Assign = new("--assign")
    {
        Description = "Assign this role to --to, on --on.",
        HelpName = "ROLE",
    };

    private static readonly Option<string?> Unassign = new("--unassign")
    {
        Description = "Take this role assignment away: roleAssignments/ID.",
        HelpName = "NAME",
    };

    private static readonly Option<string?> Join = new("--join")
    {
        Description = "Put --to into this group.",
        HelpName = "GROUP",
    };

    private static readonly Option<string?> Leave = new("--leave")
    {
        Description = "Take --to out of this group.",
        HelpName = "GROUP",
    };

    private static readonly Option<string> Subject = new("--to")
    {
        Description = "The user, service account or group that it is about.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "",
    };

    private static readonly Option<string> Scope = new("--on")
    {
        Description = "Where the role is assigned: a resource name. [default: the whole installation]",
        HelpName = "RESOURCE",
        DefaultValueFactory = _ => "",
    };

    public static Command Create() => new RpcCommand<DryRunAccessChangeRequest, DryRunAccessChangeResponse>(
        "dry-run",
        "Tell who would gain and lose what by a change of access, and change nothing",
        AccessCommands.Rpc(nameof(Stub.DryRunAccessChange)),
        (parse, request) => request.Draft = Read(parse),
        Show)
    { Assign, Unassign, Join, Leave, Subject, Scope };

    private static AccessDraft Read(ParseResult parse)
    {
        var subject = parse.GetRequiredValue(Subject);
        AccessDraft[] drafts =
        [
            .. Optional(parse, Assign, role => new AccessDraft
            {
                Assign = new()
                {
                    Subject = subject,
                    Role = ResourceNames.Complete("roles", role),
                    Scope = parse.GetRequiredValue(Scope),
                },
            }),
            .. Optional(parse, Unassign, name => new AccessDraft
            {
                Unassign = ResourceNames.Complete("roleAssignments", name),
            }),
            .. Optional(parse, Join, group => new AccessDraft
            {
                Join = new() { Group = group, Principal = subject },
            }),
            .. Optional(parse, Leave, group => new AccessDraft
            {
                Leave = new() { Group = group, Principal = subject },
            }),
        ];
        return drafts is [var draft]
            ? draft
            : throw CommandFailure.Usage(
                "One change at a time.", "Give one of --assign, --unassign, --join and --leave.");
    }

    private static IEnumerable<AccessDraft> Optional(
        ParseResult parse, Option<string?> option, Func<string, AccessDraft> draft) =>
        parse.GetValue(option) is { } value ? [draft(value)] : [];

    private static ExitCode Show(Screen screen, DryRunAccessChangeResponse answer)
    {
        AccessCommands.WriteAnswer(screen, answer, () => screen.WriteTable(
            ["Principal", "Scope", "Gains", "Loses"],
            answer.Effects.Select(effect => (IReadOnlyList<string>)
            [
                effect.Principal,
                effect.Scope.Length == 0 ? "the whole installation" : effect.Scope,
                Names(effect.Gained),
                Names(effect.Lost),
            ])));
        if (answer.MoreMembers > 0)
        {
            screen.Note($"The group has {answer.MoreMembers} more members, who were not looked at.");
        }

        return ExitCode.Ok;
    }

    private static string Names(IEnumerable<Permission> permissions) =>
        string.Join(' ', permissions.Select(PermissionText.Name));
}
