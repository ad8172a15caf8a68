using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Files;
using Entitlement.CommandLine.Invocation;
using Entitlement.Signing;

namespace Entitlement.CommandLine.Keys;

/// <summary>What is done where the service keeps its keys: <c>entitle keys request | install | rotate</c>.</summary>
internal static class RotationCommands
{
    /// <summary>Every server has the key by then, and every cache of the published keys.</summary>
    private static readonly TimeSpan UsualLead = TimeSpan.FromDays(1);

    private static readonly TimeSpan LongestLead = TimeSpan.FromDays(400);

    public static Command Request()
    {
        var directory = KeyDirectory("Folder of the service's keys; made for its owner alone.");
        var request = new Command("request", "Make the next signing key and a request for its certificate (PKCS#10)") { directory };
        request.SetAction(parse =>
        {
            var made = KeyRotation.Request(parse.GetRequiredValue(directory));
            var screen = Screen.Of(parse);
            Show(screen, [("keyId", made.KeyId), ("key", made.KeyFile), ("request", made.RequestFile)]);
            if (!screen.IsJson)
            {
                screen.Note("Take the request to the machine with the root: entitle keys sign FILE --dir DIR --out FILE. The key stays here.");
            }

            return (int)ExitCode.Ok;
        });
        return request;
    }

    public static Command Install()
    {
        var certificate = new Argument<string>("CERTIFICATE") { Description = "What 'entitle keys sign' made; - reads standard input." };
        var directory = KeyDirectory("Folder of the service's keys, with the key that was requested.");
        var root = new Option<string?>("--root")
        {
            Description = "The root's certificate, for a folder that has no root.pem yet.",
            HelpName = "FILE",
        };
        var install = new Command("install", "Put the certificate of a requested key beside it, if it is right; running servers take it over")
        {
            certificate, directory, root,
        };
        install.SetAction(async (parse, cancellation) =>
        {
            var path = parse.GetRequiredValue(certificate);
            var installed = KeyRotation.Install(
                parse.GetRequiredValue(directory),
                path,
                await RootCommands.ReadPemAsync(path, cancellation),
                parse.GetValue(root) is { } rootFile ? await RootCommands.ReadPemAsync(rootFile, cancellation) : null,
                TimeProvider.System.GetUtcNow());
            Show(Screen.Of(parse), installed, "Servers that read this folder publish the key within ten seconds.");
            return (int)ExitCode.Ok;
        });
        return install;
    }

    public static Command Rotate()
    {
        var directory = KeyDirectory("Folder of the service's keys, with the root's key.");
        var from = From();
        var rotate = new Command("rotate", "Make the next signing key with its certificate, where the root's key is in the same folder")
        {
            directory, from,
        };
        rotate.SetAction(async (parse, cancellation) =>
        {
            var folder = parse.GetRequiredValue(directory);
            var now = TimeProvider.System.GetUtcNow();
            var made = KeyRotation.Request(folder);
            var request = await RootCommands.ReadPemAsync(made.RequestFile, cancellation);
            using var certificate = KeyRotation.Sign(folder, made.RequestFile, request, SignsFrom(parse.GetValue(from), now), now);
            var installed = KeyRotation.Install(
                folder, made.RequestFile, certificate.ExportCertificatePem(), rootCertificate: null, now);
            Show(Screen.Of(parse), installed, "Servers that read this folder publish the key within ten seconds.");
            return (int)ExitCode.Ok;
        });
        return rotate;
    }

    internal static Option<DateTimeOffset?> From() => new("--from")
    {
        Description = "When the key begins to sign; until then it is only published. [default: +1d; +0d for at once, after a theft]",
        HelpName = "DATE",
        CustomParser = result =>
        {
            var time = Durations.ParseTime(result, TimeProvider.System);
            if (time > TimeProvider.System.GetUtcNow() + LongestLead)
            {
                result.AddError($"--from: at most {LongestLead.TotalDays} days from now.");
            }

            return time;
        },
    };

    internal static DateTimeOffset SignsFrom(DateTimeOffset? from, DateTimeOffset now) => from ?? now + UsualLead;

    internal static void Show(Screen screen, InstalledKey key, string note)
    {
        Show(screen,
        [
            ("keyId", key.KeyId), ("certificate", key.CertificateFile),
            ("signsFrom", ClaimLines.Time(key.SignsFrom)), ("end", ClaimLines.Time(key.EndTime)),
        ]);
        if (!screen.IsJson)
        {
            screen.Note(note);
        }
    }

    private static void Show(Screen screen, (string Name, string Value)[] values)
    {
        if (!screen.IsJson)
        {
            screen.WriteDetails(values.Select(value => (FieldText.Label(value.Name), value.Value)));
            return;
        }

        screen.WriteJson(json =>
        {
            json.WriteStartObject();
            foreach (var (name, value) in values)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        });
    }

    private static Option<string> KeyDirectory(string description) =>
        new("--dir") { Description = description, HelpName = "DIR", Required = true };
}
