using System.CommandLine;
using System.Text;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Files;
using Entitlement.CommandLine.Invocation;
using Entitlement.Formats;
using Entitlement.Signing;

namespace Entitlement.CommandLine.Keys;

/// <summary>What is done on the machine with the root: <c>entitle keys sign | revoke</c>. Neither asks the service.</summary>
internal static class RootCommands
{
    private const string ListName = "keys.krl";

    public static Command Sign()
    {
        var request = new Argument<string>("REQUEST") { Description = "The request that 'entitle keys request' made; - reads standard input." };
        var directory = RootDirectory();
        var output = new Option<string>("--out") { Description = "Where to write the certificate; - for standard output.", HelpName = "FILE", Required = true };
        var from = RotationCommands.From();
        var sign = new Command("sign", "Issue the certificate that a signing request asks for; on the machine with the root key")
        {
            request, directory, output, from,
        };
        sign.SetAction(async (parse, cancellation) =>
        {
            var path = parse.GetRequiredValue(request);
            var text = await ReadPemAsync(path, cancellation);
            var now = TimeProvider.System.GetUtcNow();
            using var certificate = KeyRotation.Sign(
                parse.GetRequiredValue(directory), path, text, RotationCommands.SignsFrom(parse.GetValue(from), now), now);
            var file = parse.GetRequiredValue(output);
            await LocalFiles.WriteAsync(file, Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"), cancellation);
            if (file != "-")
            {
                RotationCommands.Show(
                    Screen.Of(parse),
                    InstalledKey.Of(certificate, file),
                    "Take it to the service's machine: entitle keys install FILE --dir DIR.");
            }

            return (int)ExitCode.Ok;
        });
        return sign;
    }

    public static Command Revoke()
    {
        var keys = new Argument<string[]>("KID") { Description = "Keys to revoke, for good; none renews the list.", Arity = ArgumentArity.ZeroOrMore };
        var directory = RootDirectory();
        var list = new Option<string?>("--list")
        {
            Description = $"The newest list; the next one takes its place. [default: {ListName} in --dir]",
            HelpName = "FILE",
        };
        var next = new Option<DateTimeOffset?>("--next-update")
        {
            Description = "When the list after it is due. [default: +90d]",
            HelpName = "DATE",
            CustomParser = result => Durations.ParseTime(result, TimeProvider.System),
        };
        var revoke = new Command("revoke", "Make the next list of revoked signing keys (.krl); on the machine with the root key")
        {
            keys, directory, list, next,
        };
        revoke.SetAction(async (parse, cancellation) =>
        {
            var folder = parse.GetRequiredValue(directory);
            var path = parse.GetValue(list) ?? Path.Combine(folder, ListName);
            var now = TimeProvider.System.GetUtcNow();
            var previous = File.Exists(path) ? await LocalFiles.ReadAsync(path, RevokedKeyList.MaxBytes, cancellation) : null;
            var file = KeyRevocation.Revoke(
                folder, previous, parse.GetValue(keys) ?? [], parse.GetValue(next) ?? now.AddDays(90), now);
            await LocalFiles.WriteAsync(path, file, cancellation);
            ShowList(Screen.Of(parse), path, Inspection.Of(file));
            return (int)ExitCode.Ok;
        });
        return revoke;
    }

    internal static async Task<string> ReadPemAsync(string path, CancellationToken cancellation)
    {
        var bytes = await LocalFiles.ReadAsync(path, KeyRotation.MaxPemBytes, cancellation);
        return bytes.Length <= KeyRotation.MaxPemBytes
            ? Encoding.ASCII.GetString(bytes)
            : throw new CommandFailure(ExitCode.LocalFile, "LOCAL_FILE", $"{path}: has more than {KeyRotation.MaxPemBytes} bytes.");
    }

    private static void ShowList(Screen screen, string path, Inspection seen)
    {
        if (screen.IsJson)
        {
            screen.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("path", path);
                json.WritePropertyName("list");
                seen.WriteTo(json);
                json.WriteEndObject();
            });
            return;
        }

        screen.WriteDetails(seen.Lines.Prepend(("File", path)));
        screen.Note("Let every server serve it and stop signing with these keys: entitle keys publish FILE.");
    }

    private static Option<string> RootDirectory() => new("--dir")
    {
        Description = "Folder with root.key.pem and root.pem.",
        HelpName = "DIR",
        Required = true,
    };
}
