using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.Formats;

namespace Entitlement.CommandLine.Files;

/// <summary><c>entitle return FILE.lic --out FILE.ret</c>: makes this machine's return receipt.</summary>
internal static class ReturnCommand
{
    private static readonly Argument<string> Installed = new("FILE") { Description = "The license file (.lic) that is installed; it is deleted." };
    private static readonly Option<string> Output = new("--out")
    {
        Description = "Where to write the return receipt (.ret).",
        HelpName = "FILE",
        Required = true,
    };

    private static readonly Option<string?> Directory = new("--dir") { Description = InstallationDirectory.Description, HelpName = "DIR" };

    public static Command Create()
    {
        var command = new Command(
            "return", "Give this machine's license back: makes a return receipt (.ret) to hand in by deactivate, and deletes the license file")
        {
            Installed, Output, Directory,
        };
        command.SetAction(async (parse, cancellation) => (int)await RunAsync(parse, cancellation));
        return command;
    }

    private static async Task<ExitCode> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var installed = parse.GetRequiredValue(Installed);
        var output = parse.GetRequiredValue(Output);
        var claims = LicenseFile.Read(await LocalFiles.ReadAsync(installed, LicenseFile.MaxBytes, cancellation)).Claims;
        using var key = InstallationDirectory.ExistingKey(InstallationDirectory.Of(parse.GetValue(Directory), claims.Product));
        InstallationDirectory.RequireIssuedFor(key, claims, installed);
        var now = TimeProvider.System.GetUtcNow();
        var receipt = new ReturnReceipt
        {
            Subject = claims.Subject,
            Generation = claims.Generation,
            Jti = Guid.CreateVersion7(now),
            IssueTime = now,
        };

        // The receipt is on the disk before the license is gone.
        await LocalFiles.WriteAsync(output, key.Sign(receipt), cancellation);
        File.Delete(installed);
        Show(Screen.Of(parse), receipt, output);
        return ExitCode.Ok;
    }

    private static void Show(Screen screen, ReturnReceipt receipt, string output)
    {
        if (!screen.IsJson)
        {
            screen.WriteDetails([("Return receipt", output), .. ClaimLines.Of(receipt)]);
            screen.Note($"The license file is deleted. Hand the receipt in: entitle deactivate {output}");
            return;
        }

        screen.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("file", output);
            json.WriteString("activation", receipt.Subject);
            json.WriteNumber("generation", receipt.Generation);
            json.WriteString("jti", receipt.Jti);
            json.WriteEndObject();
        });
    }
}
