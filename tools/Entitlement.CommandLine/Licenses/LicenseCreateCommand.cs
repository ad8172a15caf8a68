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
    private static readonly Option<string> ExternalRef = Text(
        "--external-ref", "TEXT", "What another system calls it; creating one twice by the same reference gives the first.");

    private static readonly Option<FeatureLine[]> Features = new("--feature")
    {
        Description = "CODE:license, CODE:device or CODE:lease (floating), then :QUANTITY where it is not 1, with +OVERAGE "
            + "where more is not refused, and of a lease :TIME where it is not an hour; such as export:license, "
            + "camera:device:4, render:lease:5+1:30m. Repeatable.",
        HelpName = "LINE",
        CustomParser = FeatureLines.Parse,
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<TimeSpan?> Trial = new("--trial")
    {
        Description = "Makes it a trial license, which each machine may use for so long, once and for ever: whole days "
            + "such as 30d, at most 365d. --machines then says how many may try.",
        HelpName = "TIME",
        CustomParser = Durations.ParseDays,
    };

    private static readonly Option<string[]> Editions = new("--other-edition")
    {
        Description = "An edition that may be chosen later beside --edition. Repeatable.",
        HelpName = "TEXT",
    };

    private static readonly Option<bool> ConfigureFirst = new("--configure-first")
    {
        Description = "Grant nothing before somebody of the account has chosen by 'license configure'.",
    };

    public static Command Create()
    {
        var command = new RpcCommand<CreateLicenseRequest, CreateLicenseResponse>(
            "create", "Create a license with a new SLC", LicenseCommands.Rpc(nameof(Stub.CreateLicense)), Fill)
        {
            Account, Product, Features, Trial, Editions, ConfigureFirst, ExternalRef, RequestId.Option,
        };
        LicenseTermOptions.AddTo(command);
        return command;
    }

    private static void Fill(ParseResult parse, CreateLicenseRequest request)
    {
        request.Parent = ResourceNames.Complete("accounts", parse.GetRequiredValue(Account));
        request.RequestId = RequestId.From(parse);
        request.License = new License
        {
            Product = ResourceNames.Complete("products", parse.GetRequiredValue(Product)),
            ExternalRef = parse.GetValue(ExternalRef) ?? "",
            TrialDuration = parse.GetValue(Trial)?.ToDuration(),
        };
        LicenseTermOptions.Fill(parse, request.License);
        request.License.Features.Add(parse.GetValue(Features) ?? []);
        request.License.Editions.Add(parse.GetValue(Editions) ?? []);
        request.License.AwaitsConfiguration = parse.GetValue(ConfigureFirst);
    }

    private static Option<string> Text(string name, string helpName, string description, bool required = false) =>
        new(name) { HelpName = helpName, Description = description, Required = required };
}
