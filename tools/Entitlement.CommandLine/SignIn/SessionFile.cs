using System.Text.RegularExpressions;
using Entitlement.CommandLine.Invocation;

namespace Entitlement.CommandLine.SignIn;

/// <summary>
/// Where the token of a session lies between two commands: a file for its owner alone, one for each service, so that a token is
/// sent to the service that made it and to no other.
/// </summary>
internal sealed partial class SessionFile
{
    private const int Lines = 2;

    private readonly string _path;

    private SessionFile(string path) => _path = path;

    public static SessionFile For(Uri server)
    {
        var folder = Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "entitlement",
            "sessions");
        return new SessionFile(Path.Combine(folder, NoFileName().Replace($"{server.Scheme}-{server.Authority}", "_")));
    }

    /// <exception cref="CommandFailure">It can't be written.</exception>
    public void Write(string token, string session)
    {
        try
        {
            CreateFolder(Path.GetDirectoryName(_path)!);

            // Made anew: a file that others could read would keep its rights.
            File.Delete(_path);
            using var writer = new StreamWriter(Estate.PrivateFile.Create(_path));
            writer.Write($"{token}\n{session}\n");
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw CommandFailure.LocalFile(_path, cause);
        }
    }

    /// <returns>Null when nobody is signed in.</returns>
    public StoredSession? Read()
    {
        try
        {
            return File.Exists(_path) && File.ReadAllLines(_path) is { Length: Lines } lines
                ? new StoredSession(lines[0], lines[1])
                : null;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw CommandFailure.LocalFile(_path, cause);
        }
    }

    public void Delete()
    {
        try
        {
            File.Delete(_path);
        }
        catch (DirectoryNotFoundException)
        {
            // Nobody ever signed in.
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw CommandFailure.LocalFile(_path, cause);
        }
    }

    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            // Below the user's profile, whose rights it inherits.
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [GeneratedRegex("[^A-Za-z0-9.-]", RegexOptions.NonBacktracking)]
    private static partial Regex NoFileName();
}

/// <summary>A session that goes on between two commands.</summary>
/// <param name="Token">What calls carry.</param>
/// <param name="Name">Its resource name.</param>
internal sealed record StoredSession(string Token, string Name)
{
    private const string Collection = "/sessions/";

    /// <summary>The person's resource name.</summary>
    public string User => Name[..Name.LastIndexOf(Collection, StringComparison.Ordinal)];
}
