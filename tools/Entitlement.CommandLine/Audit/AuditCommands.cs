using System.CommandLine;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Stub = Entitlement.V1.AuditService.AuditServiceClient;

namespace Entitlement.CommandLine.Audit;

/// <summary><c>entitle audit …</c></summary>
internal static class AuditCommands
{
    private const string AllAccounts = "accounts/-";

    public static Command Create() => new("audit", "Read and verify the audit trail")
    {
        ListRecords(),
        new AuditHeadCommand(),
        AuditVerifyCommand.Create(),
        ListBlocks(),
        ListGenerations(),
    };

    internal static MethodDescriptor Rpc(string name) => AuditService.Descriptor.FindMethodByName(name);

    private static ListCommand<ListAuditRecordsRequest, ListAuditRecordsResponse> ListRecords()
    {
        var account = new Option<string>("--account")
        {
            Description = "Only this account's: accounts/ID, or the id alone. [default: all, and the installation's]",
            HelpName = "NAME",
        };
        var resource = new Option<string>("--resource") { Description = "Only about this resource, by its name.", HelpName = "NAME" };
        var actor = new Option<string>("--actor") { Description = "Only what this actor did, such as users/ID.", HelpName = "NAME" };
        var action = new Option<string>("--action") { Description = "Only this action, such as license.revoke.", HelpName = "NAME" };
        var since = Time("--since", "Only from this time on.");
        var until = Time("--until", "Only before this time.");
        return new ListCommand<ListAuditRecordsRequest, ListAuditRecordsResponse>(
            "list",
            "List audit records, oldest first",
            Rpc(nameof(Stub.ListAuditRecords)),
            ["time", "actor", "action", "resource", "details", "reason", "block", "name"],
            (parse, request) =>
            {
                request.Parent = parse.GetValue(account) is { } name ? ResourceNames.Complete("accounts", name) : AllAccounts;
                request.Resource = parse.GetValue(resource) ?? "";
                request.Actor = parse.GetValue(actor) ?? "";
                request.Action = parse.GetValue(action) ?? "";
                request.StartTime = parse.GetValue(since)?.ToTimestamp();
                request.EndTime = parse.GetValue(until)?.ToTimestamp();
            })
        { account, resource, actor, action, since, until };
    }

    private static ListCommand<ListAuditBlocksRequest, ListAuditBlocksResponse> ListBlocks() => new(
        "blocks",
        "List the sealed blocks of the trail",
        Rpc(nameof(Stub.ListAuditBlocks)),
        ["number", "content", "entries"]);

    private static ListCommand<ListIssuedGenerationsRequest, ListIssuedGenerationsResponse> ListGenerations() => new(
        "generations",
        "List how many license files were issued for each activation",
        Rpc(nameof(Stub.ListIssuedGenerations)),
        ["activation", "generation"]);

    private static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "DATE",
        CustomParser = result => Durations.ParseTime(result, TimeProvider.System),
    };
}
