using System.CommandLine;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Stub = Entitlement.V1.LicenseService.LicenseServiceClient;

namespace Entitlement.CommandLine.Licenses;

/// <summary><c>entitle license update</c></summary>
internal static class LicenseUpdateCommand
{
    private static readonly Argument<string> Name = LicenseCommands.Name();
    private static readonly Option<string> Reason = new("--reason") { Description = "Why, for the audit trail.", HelpName = "TEXT", Required = true };

    public static Command Create()
    {
        var command = new RpcCommand<UpdateLicenseRequest, UpdateLicenseResponse>(
            "update", "Change what a license grants: extend it, renew care, sell more seats", LicenseCommands.Rpc(nameof(Stub.UpdateLicense)), Fill)
        {
            Name, Reason, RequestId.Option,
        };
        LicenseTermOptions.AddTo(command);
        return command;
    }

    private static void Fill(ParseResult parse, UpdateLicenseRequest request)
    {
        request.Name = parse.GetRequiredValue(Name);
        request.Reason = parse.GetRequiredValue(Reason);
        request.RequestId = RequestId.From(parse);
        request.License = new License();
        request.UpdateMask = LicenseTermOptions.Fill(parse, request.License);
    }
}
