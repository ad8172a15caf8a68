using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.Signing;
using Entitlement.V1;
using Stub = Entitlement.V1.KeyService.KeyServiceClient;

namespace Entitlement.CommandLine.Keys;

/// <summary><c>entitle keys …</c></summary>
internal static class KeyCommands
{
    private const int MaxNameLength = 64;

    public static Command Create() => new("keys", "Make, publish and stop the keys that license files are signed with")
    {
        Init(),
        RotationCommands.Rotate(),
        RotationCommands.Request(),
        RootCommands.Sign(),
        RotationCommands.Install(),
        RootCommands.Revoke(),
        Jwks(),
        IssuingCommands.RevocationList(),
        IssuingCommands.RevokedFiles(),
        IssuingCommands.Publish(),
        IssuingCommands.LicenseFiles(),
        IssuingCommands.Status(),
        IssuingCommands.Halt(),
        IssuingCommands.Resume(),
    };

    private static Command Init()
    {
        var directory = new Option<string>("--dir") { Description = "Folder for the keys; made for its owner alone.", HelpName = "DIR", Required = true };
        var name = new Option<string>("--name")
        {
            Description = "Name of the operator in the certificates, at most 64 characters.",
            HelpName = "TEXT",
            DefaultValueFactory = _ => "",
        };
        name.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value.Length: > MaxNameLength }])
            {
                result.AddError($"--name must be at most {MaxNameLength} characters.");
            }
        });

        var rootOnly = new Option<bool>("--root-only")
        {
            Description = "Make the root alone, on a machine that the service never runs on; 'keys request' then makes the signing key.",
        };
        var init = new Command("init", "Make the root key, the signing key, the audit key and their certificates here; goes on from what is there")
        {
            directory, name, rootOnly,
        };
        init.SetAction(parse =>
        {
            var folder = parse.GetRequiredValue(directory);
            var now = TimeProvider.System.GetUtcNow();
            var scope = parse.GetValue(rootOnly) ? CeremonyScope.RootAlone : CeremonyScope.RootAndSigning;
            var made = KeyCeremony.Complete(folder, parse.GetRequiredValue(name), now, scope)
                .Concat(AuditKeyCeremony.Complete(folder, now))
                .ToList();
            Show(Screen.Of(parse), KeyPaths.InDirectory(folder), AuditKeyPaths.InDirectory(folder), made, scope);
            return (int)ExitCode.Ok;
        });
        return init;
    }

    private static void Show(Screen screen, KeyPaths paths, AuditKeyPaths audit, List<string> made, CeremonyScope scope)
    {
        (string Role, string Path)[] files =
        [
            ("rootKey", paths.RootKeyFile!),
            ("rootCertificate", paths.RootCertificateFile),
            .. scope == CeremonyScope.RootAlone
                ? Array.Empty<(string, string)>()
                : [("signingKey", paths.SigningKeyFile), ("signingCertificate", paths.SigningCertificateFile)],
            ("auditKey", audit.KeyFile),
            ("auditCertificate", audit.CertificateFile),
        ];
        var rows = files.Select(file => (file.Role, file.Path, WasMade: made.Contains(file.Path, StringComparer.Ordinal))).ToList();
        if (screen.IsJson)
        {
            screen.WriteJson(json =>
            {
                json.WriteStartObject();
                foreach (var row in rows)
                {
                    json.WriteStartObject(row.Role);
                    json.WriteString("path", row.Path);
                    json.WriteBoolean("made", row.WasMade);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            });
            return;
        }

        screen.WriteTable(["File", "Path", "State"], rows.Select(row => new[] { row.Role, row.Path, StateOf(row.Path, row.WasMade) }));
        screen.Note("Ship root.pem with your product. Keep root.key.pem away from the service: only new certificates need it.");
    }

    private static string StateOf(string path, bool wasMade) =>
        wasMade ? "made" : File.Exists(path) ? "was there" : "not here";

    private static RpcCommand<GetJwksRequest, GetJwksResponse> Jwks() => new(
        "jwks",
        "Print the service's verification keys (JWKS)",
        KeyService.Descriptor.FindMethodByName(nameof(Stub.GetJwks)),
        (_, _) => { },
        (screen, answer) =>
        {
            // Already one JSON document: the same with --json or without.
            screen.WriteLine(answer.Jwks.TrimEnd());
            return ExitCode.Ok;
        });
}
