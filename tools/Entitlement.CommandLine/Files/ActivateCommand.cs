using System.CommandLine;
using Entitlement.CommandLine.Activations;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.V1;
using Stub = Entitlement.V1.ActivationService.ActivationServiceClient;

namespace Entitlement.CommandLine.Files;

/// <summary><c>entitle activate FILE.lrq --out FILE.lic</c></summary>
internal static class ActivateCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--out")
        {
            Description = "Where to write the license file (.lic); - writes it to standard output, and nothing else.",
            HelpName = "FILE",
            Required = true,
        };
        return new FileCommand<ActivateRequest, ActivateResponse>(
            "activate",
            "Hand in a license request and store the license file; the same request again gives the same file",
            ActivationCommands.Rpc(nameof(Stub.Activate)),
            file => new ActivateRequest { LicenseRequest = file },
            (screen, answer, parse, cancellation) => StoreAsync(screen, answer, parse.GetRequiredValue(output), cancellation))
        { output };
    }

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
