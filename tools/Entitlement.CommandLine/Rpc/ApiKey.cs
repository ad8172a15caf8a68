using System.CommandLine;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.SignIn;

namespace Entitlement.CommandLine.Rpc;

/// <summary>Finds the API key, or the token of a session, to call with.</summary>
internal static class ApiKey
{
    /// <summary>The file in the server's data directory that holds the key made on its first start.</summary>
    public const string BootstrapFile = "bootstrap-admin.key";

    private const int MaxLength = 1_024;

    /// <summary>Null when no key is named and none is at hand: then the call is an installed product's.</summary>
    /// <exception cref="CommandFailure">The named file can't be read or holds no key.</exception>
    public static string? Find(ParseResult parse, Uri server)
    {
        var path = parse.GetValue(GlobalOptions.ApiKeyFile)
            ?? Environment.GetEnvironmentVariable(GlobalOptions.ApiKeyFileVariable);
        if (!string.IsNullOrEmpty(path))
        {
            return Read(path);
        }

        if (SessionFile.For(server).Read() is { } session)
        {
            return session.Token;
        }

        // The bootstrap key works from this machine alone, and is sent nowhere else.
        var bootstrap = Path.Combine(DataDirectory(), BootstrapFile);
        return server.IsLoopback && IsReadable(bootstrap) ? Read(bootstrap) : null;
    }

    /// <summary>Where a server started by this user without configuration, or with this environment, keeps its data.</summary>
    public static string DataDirectory() =>
        (Environment.GetEnvironmentVariable("ENTITLEMENT_Storage__DataDirectory")
            ?? Environment.GetEnvironmentVariable("Storage__DataDirectory")) is { Length: > 0 } configured
            ? configured
            : Path.Combine(
                Environment.GetFolderPath(
                    Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
                "entitlement");

    private static string Read(string path)
    {
        string key;
        try
        {
            key = File.ReadAllText(path).Trim();
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw CommandFailure.LocalFile(path, cause);
        }

        // What is no visible ASCII can't stand in a header; it is not shown, because it may be a secret all the same.
        return key.Length is > 0 and <= MaxLength && key.All(character => character is > ' ' and <= '~')
            ? key
            : throw new CommandFailure(
                ExitCode.LocalFile, "LOCAL_FILE", $"{path} does not hold one API key.", "The file must hold the key alone, on one line.");
    }

    private static bool IsReadable(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return true;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
