using System.CommandLine;
using Entitlement.CommandLine.Activations;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.Formats;
using Entitlement.V1;
using Stub = Entitlement.V1.ActivationService.ActivationServiceClient;

namespace Entitlement.CommandLine.Files;

/// <summary><c>entitle deactivate FILE.ret</c></summary>
internal static class DeactivateCommand
{
    public static Command Create() => new FileCommand<DeactivateRequest, DeactivateResponse>(
        "deactivate",
        "Hand in a return receipt: its machine's activation ends, and its seats are free; again it changes nothing",
        ActivationCommands.Rpc(nameof(Stub.Deactivate)),
        ("Return receipt (.ret)", ReturnReceiptFile.MaxBytes),
        file => new DeactivateRequest { ReturnReceipt = file },
        (screen, answer, _, _) => Task.FromResult(Show(screen, answer)));

    private static ExitCode Show(Screen screen, DeactivateResponse answer)
    {
        var code = ResourceView.Show(screen, answer);
        if (answer.AlreadyEnded && !screen.IsJson && screen.Field is null)
        {
            screen.Note("What this receipt is about had ended before; no seat moved now.");
        }

        return code;
    }
}
