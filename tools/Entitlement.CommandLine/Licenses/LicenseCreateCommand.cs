using System.CommandLine;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Stub = Entitlement.V1.LicenseService.LicenseServiceClient;

namespace Entitlement.CommandLine.Licenses;

/// <summary><c>entitle license create</c></summary>
internal static class LicenseCreateCommand
{
    private static readonly Option<string> Account = Text("--account", "NAME", "The account that gets it: accounts/ID, or the id alone.", required: true);
    private static readonly Option<string> Product = Text("--product", "NAME", "The licensed product: products/ID, or the id alone.", required: true);
    private static readonly Option<string> Edition = Text("--edition", "TEXT", "Edition, as the product understands it.");
    private static readonly Option<string> ExternalRef = Text(
        "--external-ref", "TEXT", "What another system calls it; creating one twice by the same reference gives the first.");

    private static readonly Option<int> Machines = Number("--machines", "How many machines may be activated at once. [default: 1]");
    private static readonly Option<int> MachineMatch = Number(
        "--machine-match", "How many kinds of hardware component must match offline, 1 to 7. [default: 2]");

    private static readonly Option<int?> ReleaseLimit = new("--release-limit")
    {
        HelpName = "NUMBER",
        Description = "How many activations may be released by hand within 365 days. [default: 5]",
    };

    private static readonly Option<FeatureLine[]> Features = new("--feature")
    {
        Description = "CODE:license or CODE:device, and :QUANTITY where it is not 1; such as export:license, camera:device:4. Repeatable.",
        HelpName = "LINE",
        CustomParser = FeatureLines.Parse,
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<ActivationMode> Mode = new("--mode")
    {
        Description = "Who may take seats: self-service (whoever holds a valid request), portal-only, approval. [default: self-service]",
        HelpName = "MODE",
        CustomParser = FeatureLines.ParseMode,
        CompletionSources = { FeatureLines.ModeNames },
    };

    private static readonly Option<DateTimeOffset?> End = Time("--end", "When the license ends. [default: never]");
    private static readonly Option<DateTimeOffset?> CareEnd = Time("--care-end", "When care (maintenance) ends. [default: never]");

    private static readonly Option<bool> PerpetualOffline = new("--perpetual-offline")
    {
        Description = "License files have no end of their own, for machines that never reach the service again.",
    };

    public static Command Create() => new RpcCommand<CreateLicenseRequest, CreateLicenseResponse>(
        "create", "Create a license with a new SLC", LicenseCommands.Rpc(nameof(Stub.CreateLicense)), Fill)
    {
        Account, Product, Edition, Machines, Features, Mode, MachineMatch, ReleaseLimit, End, CareEnd, PerpetualOffline, ExternalRef, RequestId.Option,
    };

    private static void Fill(ParseResult parse, CreateLicenseRequest request)
    {
        request.Parent = ResourceNames.Complete("accounts", parse.GetRequiredValue(Account));
        request.RequestId = RequestId.From(parse);
        request.License = new License
        {
            Product = ResourceNames.Complete("products", parse.GetRequiredValue(Product)),
            Edition = parse.GetValue(Edition) ?? "",
            ActivationMode = parse.GetValue(Mode),
            MachineLimit = parse.GetValue(Machines),
            MachineMatch = parse.GetValue(MachineMatch),
            EndTime = parse.GetValue(End) is { } end ? Timestamp.FromDateTimeOffset(end) : null,
            CareEndTime = parse.GetValue(CareEnd) is { } careEnd ? Timestamp.FromDateTimeOffset(careEnd) : null,
            PerpetualOffline = parse.GetValue(PerpetualOffline),
            ExternalRef = parse.GetValue(ExternalRef) ?? "",
        };
        if (parse.GetValue(ReleaseLimit) is { } limit)
        {
            request.License.ReleaseLimit = limit;
        }

        request.License.Features.Add(parse.GetValue(Features) ?? []);
    }

    private static Option<string> Text(string name, string helpName, string description, bool required = false) =>
        new(name) { HelpName = helpName, Description = description, Required = required };

    private static Option<int> Number(string name, string description) =>
        new(name) { HelpName = "NUMBER", Description = description };

    private static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        HelpName = "DATE",
        Description = $"{description} 2027-01-31, 2027-01-31T12:00:00Z or +365d.",
        CustomParser = result => Durations.ParseTime(result, TimeProvider.System),
    };
}
