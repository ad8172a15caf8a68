using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Entitlement.Client;
using Entitlement.Client.Activation;
using Entitlement.CommandLine.Activations;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.Formats;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Stub = Entitlement.V1.ActivationService.ActivationServiceClient;

namespace Entitlement.CommandLine.Files;

/// <summary>
/// <c>entitle status FILE.lic --lease CODE</c>: reports as this machine's product, asks what its activation is worth,
/// and leases floating features.
/// </summary>
internal sealed class StatusCommand : Command, IRpcCommand
{
    private static readonly Argument<string> Installed = new("FILE")
    {
        Description = "The license file (.lic) that is installed.",
    };

    private static readonly Option<string?> Directory = new("--dir")
    {
        Description = InstallationDirectory.Description,
        HelpName = "DIR",
    };

    private static readonly Option<string?> Version = new("--product-version")
    {
        Description = "Version of the installed build.",
        HelpName = "TEXT",
    };

    private static readonly Option<string[]> InUse = new("--in-use")
    {
        Description = "Code of a feature that is in use. Repeatable.",
        HelpName = "CODE",
    };

    private static readonly Option<LeaseWish[]> Leases = new("--lease")
    {
        Description = "What to hold of a floating feature from now on, as CODE or CODE:QUANTITY; what is not named is "
            + "given back. Repeatable.",
        HelpName = "LINE",
        CustomParser = ParseLeases,
    };

    private static readonly Option<bool> AsProduct = new("--as-product")
    {
        Description = "Send no credentials, as an installed product does, although an API key is at hand.",
    };

    private StatusCommand()
        : base("status", "Report as this machine's product, ask what its activation is worth, and lease floating features")
    {
        Arguments.Add(Installed);
        foreach (var option in (Option[])[Leases, InUse, Version, Directory, AsProduct])
        {
            Options.Add(option);
        }

        SetAction(async (parse, cancellation) => (int)await RunAsync(parse, cancellation));
    }

    public MethodDescriptor Rpc { get; } = ActivationCommands.Rpc(nameof(Stub.ReportStatus));

    public static Command Create() => new StatusCommand();

    private async Task<ExitCode> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var file = await LocalFiles.ReadAsync(parse.GetRequiredValue(Installed), LicenseFile.MaxBytes, cancellation);
        var claims = LicenseFile.Read(file).Claims;
        var directory = InstallationDirectory.Of(parse.GetValue(Directory), claims.Product);
        using var key = InstallationDirectory.ExistingKey(directory);
        InstallationDirectory.RequireIssuedFor(key, claims, parse.GetRequiredValue(Installed));
        var report = new StatusReport
        {
            Generation = claims.Generation,
            ProductVersion = parse.GetValue(Version) ?? "",
            FeaturesInUse = { parse.GetValue(InUse) ?? [] },
            Leases = { parse.GetValue(Leases) ?? [] },
        };

        var screen = Screen.Of(parse);
        using var connection = Connection.Open(parse, withoutCredentials: parse.GetValue(AsProduct));
        try
        {
            var journal = new CallJournal(directory, key);
            var answered = await screen.WaitAsync(() => journal.ReportAsync(
                claims.Subject, claims.Issuer, report, request => SendAsync(connection, request, cancellation)));
            Show(screen, answered.Answer);
            return ExitCode.Ok;
        }
        catch (EntitlementRefusedException refused) when (refused.InnerException is RpcException refusal)
        {
            throw Refusal.ToFailure(refusal, GlobalOptions.Address(parse));
        }
    }

    private async Task<ReportStatusResponse> SendAsync(
        Connection connection, ReportStatusRequest request, CancellationToken cancellation)
    {
        try
        {
            return await connection.CallAsync<ReportStatusRequest, ReportStatusResponse>(Rpc, request, cancellation);
        }
        catch (RpcException failure) when (EntitlementRefusedException.From(failure) is not null)
        {
            throw EntitlementRefusedException.From(failure)!;
        }
    }

    private static void Show(Screen screen, ReportStatusResponse answer)
    {
        if (screen.Field is { } field)
        {
            screen.WriteLine(FieldText.Value(answer, ResourceView.Find(ReportStatusResponse.Descriptor, field)));
        }
        else if (screen.IsJson)
        {
            screen.WriteJson(answer);
        }
        else
        {
            screen.WriteDetails(ResourceView.Lines(answer));
            if (answer.NewerFileExists)
            {
                screen.Note("A newer license file exists: make a request with --refresh to get it.");
            }
        }
    }

    private static LeaseWish[] ParseLeases(ArgumentResult result)
    {
        var wishes = new List<LeaseWish>();
        foreach (var text in result.Tokens.Select(token => token.Value))
        {
            var parts = text.Split(':');
            var quantity = 1;
            if (parts.Length <= 2
                && parts[0].Length > 0
                && (parts.Length == 1
                    || int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out quantity)))
            {
                wishes.Add(new LeaseWish { Feature = parts[0], Quantity = quantity });
            }
            else
            {
                result.AddError($"--lease: '{text}' is no lease. Write CODE or CODE:QUANTITY, such as render:2.");
            }
        }

        return [.. wishes];
    }
}
