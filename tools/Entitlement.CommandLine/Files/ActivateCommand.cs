using System.CommandLine;
using Entitlement.CommandLine.Activations;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.Formats;
using Entitlement.V1;
using Stub = Entitlement.V1.ActivationService.ActivationServiceClient;

namespace Entitlement.CommandLine.Files;

/// <summary><c>entitle activate FILE.lrq --out FILE.lic</c> and <c>entitle refresh FILE.lrq --out FILE.lic</c></summary>
internal static class ActivateCommand
{
    public static (string Name, int MaxBytes) LicenseRequest { get; } = ("License request (.lrq)", LicenseRequestFile.MaxBytes);

    public static Command Create()
    {
        var output = Output();
        return new FileCommand<ActivateRequest, ActivateResponse>(
            "activate",
            "Hand in a license request and store the license file; the same request again gives the same file",
            ActivationCommands.Rpc(nameof(Stub.Activate)),
            LicenseRequest,
            file => new ActivateRequest { LicenseRequest = file },
            (screen, answer, parse, cancellation) => StoreAsync(screen, answer, parse.GetRequiredValue(output), cancellation),
            mayWait: true)
        { output };
    }

    public static Command CreateRefresh()
    {
        var output = Output();
        return new FileCommand<RefreshLicenseRequest, RefreshLicenseResponse>(
            "refresh",
            "Hand in a request for the next license file of an activation that stands; it takes no machine seat",
            ActivationCommands.Rpc(nameof(Stub.RefreshLicense)),
            LicenseRequest,
            file => new RefreshLicenseRequest { LicenseRequest = file },
            (screen, answer, parse, cancellation) => StoreAsync(screen, Same(answer), parse.GetRequiredValue(output), cancellation),
            mayWait: true)
        { output };
    }

    private static Option<string> Output() => new("--out")
    {
        Description = "Where to write the license file (.lic); - writes it to standard output, and nothing else.",
        HelpName = "FILE",
        Required = true,
    };

    private static ActivateResponse Same(RefreshLicenseResponse answer) => new()
    {
        LicenseFile = answer.LicenseFile,
        Activation = answer.Activation,
        RepeatedAnswer = answer.RepeatedAnswer,
        NewerFileExists = answer.NewerFileExists,
        GenerationNotice = answer.GenerationNotice,
    };

    private static async Task<ExitCode> StoreAsync(
        Screen screen, ActivateResponse answer, string output, CancellationToken cancellation)
    {
        await LocalFiles.WriteAsync(output, answer.LicenseFile.Memory, cancellation);
        if (output == "-")
        {
            return ExitCode.Ok;
        }

        if (screen.IsJson)
        {
            screen.WriteJson(answer);
            return ExitCode.Ok;
        }

        if (screen.Field is { } field)
        {
            screen.WriteLine(FieldText.Value(answer.Activation, ResourceView.Find(Activation.Descriptor, field)));
            return ExitCode.Ok;
        }

        screen.WriteDetails(ResourceView.Lines(answer.Activation).Where(line => line.Label != "Devices").Append(("License file", output)));
        Tell(screen, answer);
        return ExitCode.Ok;
    }

    private static void Tell(Screen screen, ActivateResponse answer)
    {
        if (answer.RepeatedAnswer)
        {
            screen.Note("This request was answered before; it is the same file, and no seat moved.");
        }

        if (answer.NewerFileExists)
        {
            screen.Note("A newer license file exists: make a new request to get it.");
        }

        if (answer.GenerationNotice == GenerationNotice.Behind)
        {
            screen.Note("The machine had an older file than the newest issued: an answer was lost, a backup restored, or it was cloned.");
        }
        else if (answer.GenerationNotice == GenerationNotice.Ahead)
        {
            screen.Note("The machine had a newer file than the service knew of: the service's database was restored. It goes on from there.");
        }
    }
}
