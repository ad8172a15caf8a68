using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Files;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Stub = Entitlement.V1.ActivationService.ActivationServiceClient;

namespace Entitlement.CommandLine.Activations;

/// <summary><c>entitle parked …</c></summary>
internal static class ParkedRequestCommands
{
    private static readonly string[] States = ["waiting", "approved", "rejected", "expired"];

    public static Command Create() => new("parked", "Decide on license requests that wait for an approval")
    {
        ListParkedRequests(),
        GetParkedRequest(),
        ApproveParkedRequest(),
        RejectParkedRequest(),
    };

    private static ListCommand<ListParkedRequestsRequest, ListParkedRequestsResponse> ListParkedRequests()
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
        return new ListCommand<ListParkedRequestsRequest, ListParkedRequestsResponse>(
            "list",
            "List parked requests, oldest first",
            ActivationCommands.Rpc(nameof(Stub.ListParkedRequests)),
            ["name", "state", "machine_name", "product_version", "device_count", "create_time", "expire_time", "decider"],
            (parse, request) =>
            {
                request.Parent = parse.GetRequiredValue(parent);
                request.State = parse.GetValue(state) is { } text
                    ? Enum.Parse<ParkedRequestState>(text, ignoreCase: true)
                    : ParkedRequestState.Unspecified;
            })
        { parent, state };
    }

    private static RpcCommand<GetParkedRequestRequest, GetParkedRequestResponse> GetParkedRequest()
    {
        var name = Name();
        return new RpcCommand<GetParkedRequestRequest, GetParkedRequestResponse>(
            "get",
            "Show a parked request; --field license_request prints its file, in base64",
            ActivationCommands.Rpc(nameof(Stub.GetParkedRequest)),
            (parse, request) => request.Name = parse.GetRequiredValue(name))
        { name };
    }

    private static ApproveCommand ApproveParkedRequest()
    {
        var name = Name();
        var output = new Option<string?>("--out")
        {
            Description = "Where to write the license file (.lic), for a machine that no network reaches. "
                + "[default: nowhere; the product gets it when it asks again]",
            HelpName = "FILE",
        };
        return new ApproveCommand(name, output);
    }

    private static RpcCommand<RejectParkedRequestRequest, RejectParkedRequestResponse> RejectParkedRequest()
    {
        var name = Name();
        var reason = new Option<string>("--reason")
        {
            Description = "Why, for the audit trail and for whoever waits.",
            HelpName = "TEXT",
            Required = true,
        };
        return new RpcCommand<RejectParkedRequestRequest, RejectParkedRequestResponse>(
            "reject",
            "Reject a parked request; its product is told the reason",
            ActivationCommands.Rpc(nameof(Stub.RejectParkedRequest)),
            (parse, request) =>
            {
                request.Name = parse.GetRequiredValue(name);
                request.Reason = parse.GetRequiredValue(reason);
                request.RequestId = RequestId.From(parse);
            })
        { name, reason, RequestId.Option };
    }

    private static Argument<string> Name() => new("NAME") { Description = "accounts/ID/licenses/ID/parkedRequests/ID" };

    /// <summary>Approving is a call like others, and may write a file.</summary>
    private sealed class ApproveCommand : Command, IRpcCommand
    {
        public ApproveCommand(Argument<string> name, Option<string?> output)
            : base("approve", "Approve a parked request: takes its seats and issues its license file")
        {
            Arguments.Add(name);
            Options.Add(output);
            SetAction(async (parse, cancellation) =>
            {
                var screen = Screen.Of(parse);
                using var connection = Connection.Open(parse);
                var request = new ApproveParkedRequestRequest { Name = parse.GetRequiredValue(name) };
                var answer = await screen.WaitAsync(() =>
                    connection.CallAsync<ApproveParkedRequestRequest, ApproveParkedRequestResponse>(
                        Rpc, request, cancellation));
                if (parse.GetValue(output) is { } path)
                {
                    await LocalFiles.WriteAsync(path, answer.LicenseFile.Memory, cancellation);
                }

                return (int)Show(screen, answer);
            });
        }

        public Google.Protobuf.Reflection.MethodDescriptor Rpc { get; } =
            ActivationCommands.Rpc(nameof(Stub.ApproveParkedRequest));

        private static ExitCode Show(Screen screen, ApproveParkedRequestResponse answer)
        {
            if (screen.IsJson)
            {
                screen.WriteJson(answer);
                return ExitCode.Ok;
            }

            if (screen.Field is { } field)
            {
                screen.WriteLine(FieldText.Value(
                    answer.ParkedRequest, ResourceView.Find(ParkedRequest.Descriptor, field)));
                return ExitCode.Ok;
            }

            screen.WriteDetails(ResourceView.Lines(answer.ParkedRequest).Where(line => line.Label != "License request"));
            if (answer.RepeatedAnswer)
            {
                screen.Note("It had been answered before; it is the same license file, and no seat moved.");
            }

            return ExitCode.Ok;
        }
    }
}
