using System.CommandLine;
using Entitlement.CommandLine.Roles;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Stub = Entitlement.V1.LicenseService.LicenseServiceClient;

namespace Entitlement.CommandLine.Licenses;

/// <summary><c>entitle license …</c></summary>
internal static class LicenseCommands
{
    public static Command Create()
    {
        var command = CreateOwn();
        foreach (var assignment in AssignmentCommands.ForLicenses())
        {
            command.Add(assignment);
        }

        return command;
    }

    private static Command CreateOwn() => new("license", "Create licenses, decide whether they are in force and who works with them")
    {
        LicenseCreateCommand.Create(),
        ListLicenses(),
        GetLicense(),
        LicenseUpdateCommand.Create(),
        LicenseConfigureCommands.CreateConfigure(),
        LicenseConfigureCommands.CreateReconfigure(),
        Change<SuspendLicenseRequest, SuspendLicenseResponse>(
            "suspend", "Take a license out of force until it is reinstated", nameof(Stub.SuspendLicense)),
        Change<ReinstateLicenseRequest, ReinstateLicenseResponse>(
            "reinstate", "Put a suspended license in force again", nameof(Stub.ReinstateLicense)),
        TransferLicense(),
        Change<RevokeLicenseRequest, RevokeLicenseResponse>(
            "revoke", "End a license for good", nameof(Stub.RevokeLicense)),
    };

    internal static MethodDescriptor Rpc(string name) => LicenseService.Descriptor.FindMethodByName(name);

    private static ListCommand<ListLicensesRequest, ListLicensesResponse> ListLicenses()
    {
        var account = new Option<string>("--account")
        {
            Description = "Of this account alone: accounts/ID, or the id alone. [default: of all]",
            HelpName = "NAME",
            DefaultValueFactory = _ => "-",
        };
        return new ListCommand<ListLicensesRequest, ListLicensesResponse>(
            "list",
            "List licenses, oldest first",
            Rpc(nameof(Stub.ListLicenses)),
            ["name", "product", "edition", "slc_ending", "state", "machines_held", "machine_limit", "end_time"],
            (parse, request) => request.Parent = ResourceNames.Complete("accounts", parse.GetRequiredValue(account)))
        { account };
    }

    private static RpcCommand<GetLicenseRequest, GetLicenseResponse> GetLicense()
    {
        var name = Name();
        return new RpcCommand<GetLicenseRequest, GetLicenseResponse>(
            "get", "Show a license", Rpc(nameof(Stub.GetLicense)), (parse, request) => request.Name = parse.GetRequiredValue(name))
        { name };
    }

    private static RpcCommand<TransferLicenseRequest, TransferLicenseResponse> TransferLicense()
    {
        var name = Name();
        var account = new Option<string>("--to")
        {
            Description = "The account that gets it: accounts/ID, or the id alone.",
            HelpName = "ACCOUNT",
            Required = true,
        };
        var reason = Reason();
        return new RpcCommand<TransferLicenseRequest, TransferLicenseResponse>(
            "transfer",
            "Give a license to another account, with its activations",
            Rpc(nameof(Stub.TransferLicense)),
            (parse, request) =>
            {
                request.Name = parse.GetRequiredValue(name);
                request.Account = ResourceNames.Complete("accounts", parse.GetRequiredValue(account));
                request.Reason = parse.GetRequiredValue(reason);
                request.RequestId = RequestId.From(parse);
            })
        { name, account, reason, RequestId.Option };
    }

    // Three RPCs of one shape: the license's name, a reason and a request id.
    private static RpcCommand<TRequest, TResponse> Change<TRequest, TResponse>(string command, string description, string rpc)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        var name = Name();
        var reason = Reason();
        return new RpcCommand<TRequest, TResponse>(
            command,
            description,
            Rpc(rpc),
            (parse, request) =>
            {
                Set(request, "name", parse.GetRequiredValue(name));
                Set(request, "reason", parse.GetRequiredValue(reason));
                Set(request, "request_id", RequestId.From(parse));
            })
        { name, reason, RequestId.Option };
    }

    private static void Set(IMessage request, string field, string value) =>
        request.Descriptor.FindFieldByName(field).Accessor.SetValue(request, value);

    private static Option<string> Reason() =>
        new("--reason") { Description = "Why, for the audit trail.", HelpName = "TEXT", Required = true };

    internal static Argument<string> Name() => new("NAME") { Description = "accounts/ID/licenses/ID" };
}
