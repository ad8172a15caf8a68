using System.Buffers.Text;
using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Entitlement.Client.Fingerprint;
using Entitlement.Client.Verification;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.Formats;

namespace Entitlement.CommandLine.Files;

/// <summary><c>entitle verify FILE.lic --root root.pem</c>: decides offline, as a product does.</summary>
internal static class VerifyCommand
{
    private static readonly Argument<string> LicensePath = new("FILE") { Description = "License file (.lic); - reads standard input." };

    private static readonly Option<string[]> Roots = new("--root")
    {
        Description = "PEM file with root certificates to trust: the ones that the product pins. Repeatable.",
        HelpName = "FILE",
        Required = true,
    };

    private static readonly Option<string?> Product = new("--product")
    {
        Description = "The product's code. [default: take a file of any product]",
        HelpName = "CODE",
    };

    private static readonly Option<DateOnly?> BuildDate = new("--build-date")
    {
        Description = "Date of the installed build, which care must cover. [default: leave care alone]",
        HelpName = "DATE",
        CustomParser = result => Durations.ParseDate(result),
    };

    private static readonly Option<string?> Directory = new("--dir")
    {
        Description = "Folder of the instance key: the file must be for that installation and this machine. [default: take a file of any machine]",
        HelpName = "DIR",
    };

    private static readonly Option<string?> RevokedKeys = new("--revoked-keys")
    {
        Description = "List of revoked signing keys (.krl).",
        HelpName = "FILE",
    };

    private static readonly Option<string?> RevokedFiles = new("--revoked-files")
    {
        Description = "List of revoked license files (.rl).",
        HelpName = "FILE",
    };

    private static readonly Option<int> LastGeneration = new("--last-generation")
    {
        Description = "Highest generation that was installed before. [default: 0]",
        HelpName = "NUMBER",
    };

    private static readonly Option<DateTimeOffset?> At = new("--at")
    {
        Description = "Judge as of this time. [default: now]",
        HelpName = "DATE",
        CustomParser = result => Durations.ParseTime(result, TimeProvider.System),
    };

    public static Command Create()
    {
        var command = new Command("verify", "Check a license file offline, and say why it does not hold")
        {
            LicensePath, Roots, Product, BuildDate, Directory, RevokedKeys, RevokedFiles, LastGeneration, At,
        };
        command.SetAction(async (parse, cancellation) => (int)await RunAsync(parse, cancellation));
        return command;
    }

    private static async Task<ExitCode> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var file = await LocalFiles.ReadAsync(parse.GetRequiredValue(LicensePath), LicenseFile.MaxBytes, cancellation);
        var roots = ReadRoots(parse.GetRequiredValue(Roots));
        var directory = parse.GetValue(Directory);
        using var key = directory is null ? null : InstallationDirectory.ExistingKey(directory);
        var keys = parse.GetValue(RevokedKeys) is { } list
            ? RevokedKeyList.Read(await LocalFiles.ReadAsync(list, RevokedKeyList.MaxBytes, cancellation), roots)
            : null;
        var options = new VerificationOptions
        {
            PinnedRoots = roots,
            Product = parse.GetValue(Product),
            BuildDate = parse.GetValue(BuildDate),
            KeyThumbprint = key?.PublicKey.Thumbprint,
            Components = directory is null ? null : MachineFingerprint.Collect(ProductOf(parse, file), directory),
            LastSeenGeneration = parse.GetValue(LastGeneration),
            RevokedKeys = keys,
            RevokedActivations = parse.GetValue(RevokedFiles) is { } files
                ? RevokedActivationList.Read(
                    await LocalFiles.ReadAsync(files, RevokedActivationList.MaxBytes, cancellation), roots, keys)
                : null,
            Now = parse.GetValue(At) ?? TimeProvider.System.GetUtcNow(),
            IsClockBelieved = true,
        };
        var result = LicenseVerifier.Verify(file, options);
        Show(Screen.Of(parse), result, file);
        return result.IsValid ? ExitCode.Ok : ExitCode.FileInvalid;
    }

    // Components are hashed with the product's code. A file that does not say one fails before they are compared.
    private static string ProductOf(ParseResult parse, byte[] file)
    {
        try
        {
            return parse.GetValue(Product) ?? LicenseFile.Read(file).Claims.Product;
        }
        catch (FileFormatException)
        {
            return "";
        }
    }

    /// <exception cref="CommandFailure">One can't be read, or none is there.</exception>
    internal static X509Certificate2Collection ReadRoots(string[] paths)
    {
        var roots = new X509Certificate2Collection();
        foreach (var path in paths)
        {
            try
            {
                roots.ImportFromPemFile(path);
            }
            catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or CryptographicException)
            {
                throw CommandFailure.LocalFile(path, cause);
            }
        }

        return roots.Count > 0
            ? roots
            : throw new CommandFailure(ExitCode.LocalFile, "LOCAL_FILE", $"{string.Join(", ", paths)}: no certificate in PEM.");
    }

    private static void Show(Screen screen, VerificationResult result, byte[] file)
    {
        var reason = VerificationReasons.Name(result.Reason);
        if (!screen.IsJson)
        {
            screen.WriteDetails(
                new[] { ("Result", reason), ("", result.Message) }
                    .Concat(result.Details.OrderBy(detail => detail.Key, StringComparer.Ordinal).Select(detail => (FieldText.Label(detail.Key), detail.Value)))
                    .Concat(result.Claims is { } claims ? ClaimLines.Of(claims) : []));
            return;
        }

        screen.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("valid", result.IsValid);
            json.WriteString("reason", reason);
            json.WriteString("message", result.Message);
            json.WriteStartObject("details");
            foreach (var (name, value) in result.Details)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            if (result.Claims is not null)
            {
                // Believed by now, so it has three parts: what it says, as it says it.
                json.WritePropertyName("claims");
                json.WriteRawValue(Base64Url.DecodeFromUtf8(Payload(file)));
            }

            json.WriteEndObject();
        });
    }

    private static ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> file) => file[(file.IndexOf((byte)'.') + 1)..file.LastIndexOf((byte)'.')];
}
