using System.Collections.Immutable;
using System.CommandLine;
using Entitlement.Client;
using Entitlement.Client.Fingerprint;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.Formats;

namespace Entitlement.CommandLine.Files;

/// <summary><c>entitle request</c>: makes this machine's license request.</summary>
internal static class RequestCommand
{
    private static readonly Option<string?> Slc = Text("--slc", "CODE", "The software license code.");
    private static readonly Option<string?> SlcFile = Text("--slc-file", "FILE", "File that holds the code, so that it is in no process list.");
    private static readonly Option<string> Product = Required("--product", "CODE", "The product's code (not its resource name).");
    private static readonly Option<string> Version = Required("--product-version", "TEXT", "Version of the installed build.");
    private static readonly Option<string> Output = Required("--out", "FILE", "Where to write the license request (.lrq); - is standard output.");
    private static readonly Option<string?> Directory = Text("--dir", "DIR", InstallationDirectory.Description);
    private static readonly Option<string?> MachineName = Text("--machine-name", "TEXT", "What people call this machine. [default: its host name]");
    private static readonly Option<string?> Audience = Text("--audience", "TEXT", "The service's issuer, where it is known.");
    private static readonly Option<string?> Installed = Text(
        "--installed", "FILE", "The license file installed now, whose generation goes into the request.");

    private static readonly Option<string?> DeviceFile = Text(
        "--devices", "FILE", "Devices to activate: .json (a list of {id, feature, model}) or .csv (with the heading id,feature,model).");

    private static readonly Option<bool> Refresh = new("--refresh")
    {
        Description = "Ask for the next license file of an activation that stands, which takes no machine seat.",
    };

    private static readonly Option<DateOnly> BuildDate = new("--build-date")
    {
        Description = "Date of the installed build, such as 2026-11-01.",
        HelpName = "DATE",
        Required = true,
        CustomParser = Durations.ParseDate,
    };

    private static readonly Option<RequestedDevice[]> Devices = new("--device")
    {
        Description = "A device to activate, as ID:FEATURE or ID:FEATURE:MODEL. Repeatable.",
        HelpName = "LINE",
        CustomParser = DeviceLines.Parse,
    };

    public static Command Create()
    {
        var command = new Command("request", "Make this machine's license request (.lrq); its instance key is made once and kept")
        {
            Slc, SlcFile, Product, Version, BuildDate, Devices, DeviceFile, Directory, MachineName, Audience, Installed, Refresh, Output,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Slc) is null == result.GetValue(SlcFile) is null)
            {
                result.AddError("Give the software license code with either --slc or --slc-file.");
            }
        });
        command.SetAction(async (parse, cancellation) => (int)await RunAsync(parse, cancellation));
        return command;
    }

    private static async Task<ExitCode> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var product = parse.GetRequiredValue(Product);
        var directory = InstallationDirectory.Of(parse.GetValue(Directory), product);
        var now = TimeProvider.System.GetUtcNow();
        var request = new LicenseRequest
        {
            Jti = Guid.CreateVersion7(now),
            IssueTime = now,
            Audience = parse.GetValue(Audience),
            Operation = parse.GetValue(Refresh) ? LicenseRequestOperation.Refresh : LicenseRequestOperation.Activate,
            Slc = parse.GetValue(Slc) ?? await ReadSlcAsync(parse.GetValue(SlcFile)!, cancellation),
            Product = product,
            ProductVersion = parse.GetRequiredValue(Version),
            BuildDate = parse.GetRequiredValue(BuildDate),
            Machine = new RequestingMachine(
                parse.GetValue(MachineName) ?? Environment.MachineName, MachineFingerprint.Collect(product, directory)),
            Devices = await ReadDevicesAsync(parse, cancellation),
            Generation = await ReadGenerationAsync(parse.GetValue(Installed), cancellation),
        };
        using var key = InstanceKey.LoadOrCreate(directory);
        var output = parse.GetRequiredValue(Output);
        await LocalFiles.WriteAsync(output, key.Sign(request), cancellation);
        if (output != "-")
        {
            Show(Screen.Of(parse), request, key, directory, output);
        }

        return ExitCode.Ok;
    }

    private static void Show(Screen screen, LicenseRequest request, InstanceKey key, string directory, string output)
    {
        var kinds = string.Join(' ', request.Machine.Components.Kinds.Select(MachineComponents.Name));
        if (!screen.IsJson)
        {
            screen.WriteDetails(
            [
                ("License request", output),
                ("Machine", request.Machine.Name),
                ("Components", kinds),
                ("Devices", FormattableString.Invariant($"{request.Devices.Length}")),
                ("Instance key", $"{key.PublicKey.Thumbprint} in {directory}"),
            ]);
            return;
        }

        screen.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("file", output);
            json.WriteString("jti", request.Jti);
            json.WriteString("machineName", request.Machine.Name);
            json.WriteString("componentKinds", kinds);
            json.WriteNumber("deviceCount", request.Devices.Length);
            json.WriteNumber("generation", request.Generation);
            json.WriteString("instanceThumbprint", key.PublicKey.Thumbprint);
            json.WriteString("directory", directory);
            json.WriteEndObject();
        });
    }

    private static async Task<string> ReadSlcAsync(string path, CancellationToken cancellation) =>
        System.Text.Encoding.UTF8.GetString(await LocalFiles.ReadAsync(path, LicenseRequest.MaxTextLength, cancellation)).Trim();

    private static async Task<ImmutableArray<RequestedDevice>> ReadDevicesAsync(ParseResult parse, CancellationToken cancellation)
    {
        var fromFile = parse.GetValue(DeviceFile) is { } path ? await DeviceLines.ReadFileAsync(path, cancellation) : [];
        return [.. fromFile, .. parse.GetValue(Devices) ?? []];
    }

    private static async Task<int> ReadGenerationAsync(string? licenseFile, CancellationToken cancellation) =>
        licenseFile is null
            ? 0
            : LicenseFile.Read(await LocalFiles.ReadAsync(licenseFile, LicenseFile.MaxBytes, cancellation)).Claims.Generation;

    private static Option<string?> Text(string name, string helpName, string description) =>
        new(name) { HelpName = helpName, Description = description };

    private static Option<string> Required(string name, string helpName, string description) =>
        new(name) { HelpName = helpName, Description = description, Required = true };
}
