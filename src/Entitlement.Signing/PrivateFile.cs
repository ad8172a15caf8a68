using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Entitlement.Formats;

namespace Entitlement.Signing;

/// <summary>
/// Files that appear whole or not at all, are never overwritten, and are kept from others where that matters.
/// </summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyDirectory = OwnerOnly | UnixFileMode.UserExecute;
    private const UnixFileMode OtherAccess =
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
    private const UnixFileMode GroupWrite = UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;

    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            // Below a profile or a service's data folder, where the inherited rights are the owner's.
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnlyDirectory);
        }
    }

    /// <summary>
    /// Written beside its place with owner-only rights from its first byte, flushed to the disk and then moved, which
    /// fails where the place is taken. What a killed process leaves is a file with a name that nobody reads.
    /// </summary>
    public static void Write(string path, string text)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, Options(FileMode.CreateNew)))
            {
                stream.Write(System.Text.Encoding.ASCII.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: false);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public static ECDsa ReadKey(string path, bool groupMayRead)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(ReadText(path, groupMayRead, isSecret: true));
            _ = Jwk.FromKey(key);
            return key;
        }
        catch (Exception exception)
            when (exception is ArgumentException or CryptographicException or FileFormatException)
        {
            key.Dispose();
            throw new KeyStoreException(KeyStoreProblem.Unreadable, path,
                "is not a private key on P-256 in PEM (PKCS#8)",
                "Put the key back from its backup, or give the path of another.", exception);
        }
    }

    public static X509Certificate2 ReadCertificate(string path) =>
        ParseCertificate(path, ReadText(path, groupMayRead: true, isSecret: false));

    /// <param name="path">Where it comes from, for what is told of it.</param>
    /// <param name="pem">The text.</param>
    public static X509Certificate2 ParseCertificate(string path, string pem)
    {
        try
        {
            return X509Certificate2.CreateFromPem(pem);
        }
        catch (CryptographicException exception)
        {
            throw new KeyStoreException(KeyStoreProblem.Unreadable, path, "is not a certificate in PEM",
                "Put the certificate back from its backup, or give the path of another.", exception);
        }
    }

    private static string ReadText(string path, bool groupMayRead, bool isSecret)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (isSecret && !OperatingSystem.IsWindows())
            {
                // By the open handle: it is this file that is read, wherever links lead meanwhile.
                RequireKept(path, File.GetUnixFileMode(stream.SafeFileHandle), groupMayRead);
            }

            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new KeyStoreException(KeyStoreProblem.Missing, path, "is not there",
                "Make the keys with 'entitle keys init', or give the right path.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KeyStoreException(KeyStoreProblem.Unreadable, path, "cannot be read",
                "Let the account that runs the service own the file.", exception);
        }
    }

    private static void RequireKept(string path, UnixFileMode mode, bool groupMayRead)
    {
        var forbidden = OtherAccess | GroupWrite | (groupMayRead ? UnixFileMode.None : UnixFileMode.GroupRead);
        if ((mode & forbidden) != UnixFileMode.None)
        {
            throw new KeyStoreException(KeyStoreProblem.TooOpen, path, "is a private key that others can read",
                $"Run 'chmod {(groupMayRead ? "640" : "600")} {path}'; make a new key if anybody may have read it.");
        }
    }

    /// <summary>Held by one process at a time; the file itself stays and means nothing.</summary>
    public static FileStream Lock(string path) => new(path, Options(FileMode.OpenOrCreate));

    private static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return options;
    }
}
