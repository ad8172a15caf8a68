using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Stub = Entitlement.V1.LicenseService.LicenseServiceClient;

namespace Entitlement.CommandLine.Licenses;

/// <summary><c>entitle license configure</c> and <c>entitle license reconfigure</c></summary>
internal static class LicenseConfigureCommands
{
    private static readonly Argument<string> Name = LicenseCommands.Name();

    private static readonly Option<string?> Edition = new("--edition")
    {
        Description = "One of the editions that it was sold with. [default: as it is]",
        HelpName = "TEXT",
    };

    private static readonly Option<int?> Machines = new("--machines")
    {
        Description = "How many machines may be activated at once, of those that it was sold for. [default: as it is]",
        HelpName = "NUMBER",
    };

    private static readonly Option<FeatureChoice[]> Features = new("--feature")
    {
        Description = "CODE:QUANTITY, of what it was sold with; 0 switches the feature off. Repeatable. [default: as they are]",
        HelpName = "LINE",
        CustomParser = Parse,
        AllowMultipleArgumentsPerToken = true,
    };

    public static Command CreateConfigure() => new RpcCommand<ConfigureLicenseRequest, ConfigureLicenseResponse>(
        "configure",
        "Choose edition and quantities of a license that awaits its configuration",
        LicenseCommands.Rpc(nameof(Stub.ConfigureLicense)),
        (parse, request) =>
        {
            request.Name = parse.GetRequiredValue(Name);
            request.Configuration = Read(parse);
            request.RequestId = RequestId.From(parse);
        })
    { Name, Edition, Machines, Features, RequestId.Option };

    public static Command CreateReconfigure()
    {
        var reason = new Option<string>("--reason") { Description = "Why, for the audit trail.", HelpName = "TEXT", Required = true };
        var below = new Option<bool>("--accept-below-use")
        {
            Description = "Choose less than is in use, knowingly: what is in use goes on, and nothing more is taken until there is less of it.",
        };
        return new RpcCommand<ReconfigureLicenseRequest, ReconfigureLicenseResponse>(
            "reconfigure",
            "Change edition and quantities of a license, within what it was sold with",
            LicenseCommands.Rpc(nameof(Stub.ReconfigureLicense)),
            (parse, request) =>
            {
                request.Name = parse.GetRequiredValue(Name);
                request.Configuration = Read(parse);
                request.AcceptBelowUse = parse.GetValue(below);
                request.Reason = parse.GetRequiredValue(reason);
                request.RequestId = RequestId.From(parse);
            })
        { Name, Edition, Machines, Features, below, reason, RequestId.Option };
    }

    private static LicenseConfiguration Read(ParseResult parse)
    {
        var configuration = new LicenseConfiguration { Features = { parse.GetValue(Features) ?? [] } };
        if (parse.GetValue(Edition) is { } edition)
        {
            configuration.Edition = edition;
        }

        if (parse.GetValue(Machines) is { } machines)
        {
            configuration.MachineLimit = machines;
        }

        return configuration;
    }

    private static FeatureChoice[] Parse(ArgumentResult result)
    {
        var choices = new List<FeatureChoice>();
        foreach (var text in result.Tokens.Select(token => token.Value))
        {
            var parts = text.Split(':');
            if (parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var quantity))
            {
                choices.Add(new FeatureChoice { Code = parts[0], Quantity = quantity });
            }
            else
            {
                result.AddError($"--feature: '{text}' is no choice. Write CODE:QUANTITY, such as camera:4.");
            }
        }

        return [.. choices];
    }
}
