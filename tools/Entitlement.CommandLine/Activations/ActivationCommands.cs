using System.CommandLine;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using Stub = Entitlement.V1.ActivationService.ActivationServiceClient;

namespace Entitlement.CommandLine.Activations;

/// <summary><c>entitle activation …</c></summary>
internal static class ActivationCommands
{
    public static Command Create() => new("activation", "See which machines hold seats")
    {
        ListActivations(),
        GetActivation(),
    };

    internal static MethodDescriptor Rpc(string name) => ActivationService.Descriptor.FindMethodByName(name);

    private static ListCommand<ListActivationsRequest, ListActivationsResponse> ListActivations()
    {
        var license = new Argument<string>("LICENSE") { Description = "accounts/ID/licenses/ID" };
        return new ListCommand<ListActivationsRequest, ListActivationsResponse>(
            "list",
            "List the activations of a license, oldest first",
            Rpc(nameof(Stub.ListActivations)),
            ["name", "machine_name", "product_version", "generation", "device_count", "file_expire_time", "create_time"],
            (parse, request) => request.Parent = parse.GetRequiredValue(license))
        { license };
    }

    private static RpcCommand<GetActivationRequest, GetActivationResponse> GetActivation()
    {
        var name = new Argument<string>("NAME") { Description = "accounts/ID/licenses/ID/activations/ID" };
        return new RpcCommand<GetActivationRequest, GetActivationResponse>(
            "get",
            "Show an activation with its devices",
            Rpc(nameof(Stub.GetActivation)),
            (parse, request) => request.Name = parse.GetRequiredValue(name))
        { name };
    }
}
