using System.CommandLine;
using System.Globalization;
using Entitlement.CommandLine.Activations;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Grpc.Core;
using Stub = Entitlement.V1.ActivationService.ActivationServiceClient;

namespace Entitlement.CommandLine.Files;

/// <summary><c>entitle preview FILE.lrq</c></summary>
internal static class PreviewCommand
{
    public static Command Create() => new FileCommand<PreviewLicenseRequestRequest, PreviewLicenseRequestResponse>(
        "preview",
        "Tell what activate, or refresh, would do with a license request, and change nothing",
        ActivationCommands.Rpc(nameof(Stub.PreviewLicenseRequest)),
        ActivateCommand.LicenseRequest,
        file => new PreviewLicenseRequestRequest { LicenseRequest = file },
        (screen, answer, _, _) => Task.FromResult(Show(screen, answer)));

    private static ExitCode Show(Screen screen, PreviewLicenseRequestResponse answer)
    {
        if (screen.IsJson)
        {
            screen.WriteJson(answer);
        }
        else if (screen.Field is { } name)
        {
            screen.WriteLine(FieldText.Value(answer, ResourceView.Find(PreviewLicenseRequestResponse.Descriptor, name)));
        }
        else
        {
            ShowToPeople(screen, answer);
        }

        if (answer.Outcome != PreviewOutcome.Refused)
        {
            return ExitCode.Ok;
        }

        // The document on standard output holds the refusal already; for people it is told as any other.
        return screen.IsJson
            ? ExitCode.Refused
            : throw Refusal.ToFailure(answer.Refusal, (StatusCode)answer.Refusal.Code);
    }

    private static void ShowToPeople(Screen screen, PreviewLicenseRequestResponse answer)
    {
        string[] apart = ["refusal", "seats", "devices"];
        screen.WriteDetails(ResourceView.Lines(answer).Where(line => !apart.Contains(line.Label, StringComparer.OrdinalIgnoreCase)));
        screen.WriteTable(
            ["Seats", "Limit", "Held before", "Held after"],
            answer.Seats.Select(seat => new[] { seat.Line, Text(seat.Limit), Text(seat.HeldBefore), Text(seat.HeldAfter) }));
        if (answer.Devices.Count > 0)
        {
            screen.WriteTable(
                ["Device", "Feature", "Model", "Change"],
                answer.Devices.Select(device => new[]
                {
                    device.Device.Id, device.Device.Feature, device.Device.Model, ChangeText(device),
                }));
        }
    }

    private static string ChangeText(DevicePreview device) =>
        FieldText.Value(device, DevicePreview.Descriptor.FindFieldByNumber(DevicePreview.ChangeFieldNumber));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
