using Entitlement.Client;
using Entitlement.CommandLine.Invocation;
using Entitlement.Formats;

namespace Entitlement.CommandLine.Files;

/// <summary>Where this machine's installation of a product keeps its instance key, when a command makes or checks its files.</summary>
internal static class InstallationDirectory
{
    public const string Description =
        "Folder of this installation's instance key. [default: entitlement-installations/PRODUCT in the user's application data]";

    public static string Of(string? given, string product)
    {
        if (!string.IsNullOrEmpty(given))
        {
            return given;
        }

        // A product code is chosen by others: only what can't lead elsewhere becomes the name of a folder.
        var isName = product.Length > 0 && product[0] != '.'
            && product.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-');
        return isName
            ? Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
                "entitlement-installations",
                product)
            : throw CommandFailure.Usage($"'{product}' can't be the name of a folder.", "Name a folder with --dir.");
    }

    /// <summary>The key that is there; none is made, because a new one would be a new installation.</summary>
    /// <exception cref="CommandFailure">There is none.</exception>
    public static InstanceKey ExistingKey(string directory) =>
        File.Exists(Path.Combine(directory, InstanceKey.FileName))
            ? InstanceKey.LoadOrCreate(directory)
            : throw new CommandFailure(
                ExitCode.LocalFile,
                "LOCAL_FILE",
                $"{directory} holds no {InstanceKey.FileName}.",
                "Name the folder in which 'entitle request' made the instance key.");

    /// <exception cref="CommandFailure">The license file is another installation's.</exception>
    public static void RequireIssuedFor(InstanceKey key, LicenseClaims claims, string file)
    {
        if (key.PublicKey.Thumbprint != claims.KeyThumbprint)
        {
            throw new CommandFailure(
                ExitCode.FileInvalid,
                "WRONG_INSTALLATION",
                $"{file} was issued for another installation's key.",
                "Name the folder of the installation that it was issued for with --dir.");
        }
    }
}
