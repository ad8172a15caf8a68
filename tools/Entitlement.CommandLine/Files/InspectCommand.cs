using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.Formats;

namespace Entitlement.CommandLine.Files;

/// <summary>
/// <c>entitle inspect FILE</c>: what a license request, return receipt, license file, list of what is revoked or key
/// set says, whether or not it is sound. It proves nothing about whom to believe; <c>verify</c> does.
/// </summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("FILE") { Description = "A .lrq, a .ret, a .lic, a .rl, a .krl or a JWKS; - reads standard input." };
        var command = new Command("inspect", "Show what a license request, return receipt, license file, revocation list or key set says, and what is wrong with it") { path };
        command.SetAction(async (parse, cancellation) =>
        {
            var file = await LocalFiles.ReadAsync(parse.GetRequiredValue(path), LicenseFile.MaxBytes, cancellation);
            Show(Screen.Of(parse), Inspection.Of(file));
            // A bad file is what one wants to look at: not a failure of looking.
            return (int)ExitCode.Ok;
        });
        return command;
    }

    private static void Show(Screen screen, Inspection seen)
    {
        if (screen.IsJson)
        {
            screen.WriteJson(seen.WriteTo);
            return;
        }

        screen.WriteDetails(
            new[] { ("Kind", seen.Kind), ("Size", FormattableString.Invariant($"{seen.Length} bytes")) }
                .Concat(seen.Lines)
                .Append(("Signature", seen.Signature))
                .Where(line => line.Item2.Length > 0));
        foreach (var problem in seen.Problems)
        {
            screen.WriteLine($"! {problem.Code}: {problem.Message}");
        }

        // What could not be read as what it should be is shown as it stands.
        if (seen.Problems.Count > 0)
        {
            foreach (var part in new[] { seen.HeaderText, seen.PayloadText })
            {
                if (part is not null)
                {
                    screen.WriteLine(part);
                }
            }
        }
    }
}
