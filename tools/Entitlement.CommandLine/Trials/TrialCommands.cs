using System.CommandLine;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Enum = System.Enum;
using Stub = Entitlement.V1.TrialService.TrialServiceClient;

namespace Entitlement.CommandLine.Trials;

/// <summary><c>entitle trial …</c></summary>
internal static class TrialCommands
{
    private static readonly string[] States = ["running", "ended"];

    public static Command Create() => new("trial", "See which machines try a product, and let one try longer")
    {
        ListTrials(),
        GetTrial(),
        ExtendTrial(),
    };

    private static MethodDescriptor Rpc(string name) => TrialService.Descriptor.FindMethodByName(name);

    private static ListCommand<ListTrialsRequest, ListTrialsResponse> ListTrials()
    {
        var parent = new Argument<string>("LICENSE")
        {
            Description = "accounts/ID/licenses/ID, or accounts/ID/licenses/- for all of an account. [default: all]",
            DefaultValueFactory = _ => "accounts/-/licenses/-",
        };
        var state = new Option<string?>("--state")
        {
            Description = $"Only those in this state: {string.Join(", ", States)}. [default: all]",
            HelpName = "STATE",
        };
        state.AcceptOnlyFromAmong(States);
        return new ListCommand<ListTrialsRequest, ListTrialsResponse>(
            "list",
            "List the trials that machines began, oldest first",
            Rpc(nameof(Stub.ListTrials)),
            ["name", "machine_name", "start_time", "end_time", "state", "extensions"],
            (parse, request) =>
            {
                request.Parent = parse.GetRequiredValue(parent);
                request.State = parse.GetValue(state) is { } text
                    ? Enum.Parse<TrialState>(text, ignoreCase: true)
                    : TrialState.Unspecified;
            })
        { parent, state };
    }

    private static RpcCommand<GetTrialRequest, GetTrialResponse> GetTrial()
    {
        var name = Name();
        return new RpcCommand<GetTrialRequest, GetTrialResponse>(
            "get",
            "Show a trial",
            Rpc(nameof(Stub.GetTrial)),
            (parse, request) => request.Name = parse.GetRequiredValue(name))
        { name };
    }

    private static RpcCommand<ExtendTrialRequest, ExtendTrialResponse> ExtendTrial()
    {
        var name = Name();
        var end = new Option<DateTimeOffset?>("--end")
        {
            Description = "The new end, at most 365 days from now: 2027-01-31, 2027-01-31T12:00:00Z or +14d.",
            HelpName = "DATE",
            Required = true,
            CustomParser = result => Durations.ParseTime(result, TimeProvider.System),
        };
        var reason = new Option<string>("--reason")
        {
            Description = "Why, for the audit trail.",
            HelpName = "TEXT",
            Required = true,
        };
        return new RpcCommand<ExtendTrialRequest, ExtendTrialResponse>(
            "extend",
            "Put a trial's end off, also when it has come already",
            Rpc(nameof(Stub.ExtendTrial)),
            (parse, request) =>
            {
                request.Name = parse.GetRequiredValue(name);
                request.EndTime = parse.GetRequiredValue(end)?.ToTimestamp();
                request.Reason = parse.GetRequiredValue(reason);
                request.RequestId = RequestId.From(parse);
            })
        { name, end, reason, RequestId.Option };
    }

    private static Argument<string> Name() => new("NAME") { Description = "accounts/ID/licenses/ID/trials/ID" };
}
