using System.CommandLine;
using Entitlement.Client;
using Entitlement.Client.Activation;
using Entitlement.Client.Renewal;
using Entitlement.Client.Verification;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.Formats;
using Grpc.Core;

namespace Entitlement.CommandLine.Files;

/// <summary>
/// <c>entitle renew --dir DIR</c>: does with an installation's license file what a product with the client does in the
/// background: gets the next one when it is due, once or for as long as it is watched.
/// </summary>
internal static class RenewCommand
{
    private static readonly Option<string> Product = Required("--product", "CODE", "The product's code (not its resource name).");
    private static readonly Option<string> Version = Required("--product-version", "TEXT", "Version of the installed build.");

    private static readonly Option<DateOnly> BuildDate = new("--build-date")
    {
        Description = "Date of the installed build, such as 2026-11-01.",
        HelpName = "DATE",
        Required = true,
        CustomParser = Durations.ParseDate,
    };

    private static readonly Option<string[]> Roots = new("--root")
    {
        Description = "PEM file with root certificates to trust: the ones that the product pins. Repeatable.",
        HelpName = "FILE",
        Required = true,
    };

    private static readonly Option<string?> Directory = new("--dir")
    {
        Description = InstallationDirectory.Description,
        HelpName = "DIR",
    };

    private static readonly Option<string?> Install = new("--install")
    {
        Description = "First install this license file (.lic), such as one that was carried here by hand.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Now = new("--now") { Description = "Renew although it is not due." };

    private static readonly Option<bool> Watch = new("--watch")
    {
        Description = "Go on until Ctrl+C: renew whenever it is due, and tell of each call.",
    };

    public static Command Create()
    {
        var command = new Command(
            "renew", "Check this machine's installed license file, and get the next one when it is due, as a product does")
        {
            Product, Version, BuildDate, Roots, Directory, Install, Now, Watch,
        };
        command.SetAction(async (parse, cancellation) => (int)await RunAsync(parse, cancellation));
        return command;
    }

    private static async Task<ExitCode> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var product = parse.GetRequiredValue(Product);
        var directory = InstallationDirectory.Of(parse.GetValue(Directory), product);
        InstallationDirectory.ExistingKey(directory).Dispose();
        var roots = VerifyCommand.ReadRoots(parse.GetRequiredValue(Roots));
        var build = new ProductBuild(
            product, parse.GetRequiredValue(Version), parse.GetRequiredValue(BuildDate),
            string.Concat(roots.Select(root => $"{root.ExportCertificatePem()}\n")));
        using var client = new EntitlementClient(build, directory);
        var license = parse.GetValue(Install) is { } path
            ? client.Install(await LocalFiles.ReadAsync(path, LicenseFile.MaxBytes, cancellation))
            : client.Check();

        using var connection = Connection.Open(parse, withoutCredentials: true);
        if (parse.GetValue(Watch))
        {
            await WatchAsync(Screen.Of(parse), client, connection, cancellation);
            return ExitCode.Interrupted;
        }

        if (parse.GetValue(Now) || client.IsRenewalDue)
        {
            license = await RefreshAsync(parse, client, connection, cancellation);
        }

        Show(Screen.Of(parse), license, client.RenewalTime);
        return license.IsValid ? ExitCode.Ok : ExitCode.FileInvalid;
    }

    private static async Task<VerificationResult> RefreshAsync(
        ParseResult parse, EntitlementClient client, Connection connection, CancellationToken cancellation)
    {
        try
        {
            return await Screen.Of(parse).WaitAsync(
                () => client.RefreshAsync(connection.Channel, devices: null, cancellation));
        }
        catch (EntitlementRefusedException refused) when (refused.InnerException is RpcException refusal)
        {
            throw Refusal.ToFailure(refusal, GlobalOptions.Address(parse));
        }
        catch (InvalidOperationException nothing)
        {
            throw new CommandFailure(
                ExitCode.FileInvalid, VerificationReasons.Name(VerificationReason.NoLicenseFile), nothing.Message,
                "Install one with --install.", nothing);
        }
    }

    private static async Task WatchAsync(
        Screen screen, EntitlementClient client, Connection connection, CancellationToken cancellation)
    {
        Show(screen, client.Check(), client.RenewalTime);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = cancellation.Register(ended.SetResult);
        var options = new LicenseRenewalOptions { Observer = attempt => Tell(screen, client, attempt) };
        await using var renewal = LicenseRenewal.Start(client, connection.Channel, options);
        await ended.Task;
    }

    private static void Tell(Screen screen, EntitlementClient client, RenewalAttempt attempt)
    {
        if (attempt.Failure is { } failure)
        {
            screen.Note($"{(failure as RpcException)?.Status.Detail ?? failure.Message} It is tried again.");
        }
        else if (attempt.License is { } license)
        {
            Show(screen, license, client.RenewalTime);
        }
        else
        {
            screen.Note($"Reported: {attempt.Report!.State}.");
        }
    }

    private static void Show(Screen screen, VerificationResult license, DateTimeOffset? renewal)
    {
        var reason = VerificationReasons.Name(license.Reason);
        if (screen.IsJson)
        {
            screen.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("valid", license.IsValid);
                json.WriteString("reason", reason);
                json.WriteString("message", license.Message);
                json.WriteNumber("generation", license.Claims?.Generation ?? 0);
                json.WriteString("renewalTime", ClaimLines.Time(renewal));
                json.WriteNumber("clockBehindSeconds", (long)license.ClockBehindBy.TotalSeconds);
                json.WriteEndObject();
            });
            return;
        }

        var isBehind = license.ClockBehindBy > TimeSpan.Zero;
        screen.WriteDetails(
            new[]
            {
                ("Result", reason), ("", license.Message), ("Renewed from", ClaimLines.Time(renewal, "never")),
                ("Clock", isBehind ? $"turned back, {license.ClockBehindBy.TotalDays:0.0} days behind" : ""),
            }
            .Where(line => line.Item2.Length > 0)
            .Concat(license.Claims is { } claims ? ClaimLines.Of(claims) : []));
    }

    private static Option<string> Required(string name, string helpName, string description) =>
        new(name) { HelpName = helpName, Description = description, Required = true };
}
