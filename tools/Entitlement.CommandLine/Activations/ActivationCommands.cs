using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using Stub = Entitlement.V1.ActivationService.ActivationServiceClient;

namespace Entitlement.CommandLine.Activations;

/// <summary><c>entitle activation …</c></summary>
internal static class ActivationCommands
{
    public static Command Create() => new("activation", "See which machines hold seats, and release those of dead ones")
    {
        ListActivations(),
        GetActivation(),
        ReleaseActivation(),
    };

    internal static MethodDescriptor Rpc(string name) => ActivationService.Descriptor.FindMethodByName(name);

    private static ListCommand<ListActivationsRequest, ListActivationsResponse> ListActivations()
    {
        var license = new Argument<string>("LICENSE") { Description = "accounts/ID/licenses/ID" };
        var all = new Option<bool>("--all") { Description = "List those that have ended, too." };
        var suspected = new Option<bool>("--suspected-clones")
        {
            Description = "List only those of which something told that two installations share the key.",
        };
        var awaited = new Option<bool>("--awaited")
        {
            Description = "List only those that were imported and whose machine has not come yet.",
        };
        return new ListCommand<ListActivationsRequest, ListActivationsResponse>(
            "list",
            "List the activations of a license, oldest first",
            Rpc(nameof(Stub.ListActivations)),
            [
                "name", "machine_name", "product_version", "generation", "device_count", "file_expire_time", "create_time",
                "end_time", "clone_suspected_time", "external_ref",
            ],
            (parse, request) =>
            {
                request.Parent = parse.GetRequiredValue(license);
                request.ShowEnded = parse.GetValue(all);
                request.CloneSuspectedOnly = parse.GetValue(suspected);
                request.AwaitsMachineOnly = parse.GetValue(awaited);
            })
        { license, all, suspected, awaited };
    }

    private static RpcCommand<GetActivationRequest, GetActivationResponse> GetActivation()
    {
        var name = Name();
        return new RpcCommand<GetActivationRequest, GetActivationResponse>(
            "get",
            "Show an activation with its devices, its leases and what its product last reported",
            Rpc(nameof(Stub.GetActivation)),
            (parse, request) => request.Name = parse.GetRequiredValue(name))
        { name };
    }

    private static RpcCommand<ReleaseActivationRequest, ReleaseActivationResponse> ReleaseActivation()
    {
        var name = Name();
        var reason = new Option<string>("--reason") { Description = "Why, for the audit trail.", HelpName = "TEXT", Required = true };
        return new RpcCommand<ReleaseActivationRequest, ReleaseActivationResponse>(
            "release",
            "Free the seats of a machine that can't return them; its license file goes on until its own end",
            Rpc(nameof(Stub.ReleaseActivation)),
            (parse, request) =>
            {
                request.Name = parse.GetRequiredValue(name);
                request.Reason = parse.GetRequiredValue(reason);
                request.RequestId = RequestId.From(parse);
            },
            ShowRelease)
        { name, reason, RequestId.Option };
    }

    private static ExitCode ShowRelease(Screen screen, ReleaseActivationResponse answer)
    {
        var code = ResourceView.Show(screen, answer);
        if (!screen.IsJson && screen.Field is null)
        {
            screen.Note(FormattableString.Invariant(
                $"Released within the last 365 days: {answer.ReleasesUsed} of {answer.ReleaseLimit}."));
        }

        return code;
    }

    private static Argument<string> Name() => new("NAME") { Description = "accounts/ID/licenses/ID/activations/ID" };
}
