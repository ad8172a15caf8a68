using System.Security.Cryptography;
using System.Text;
using Entitlement.Server.Hosting;
using Entitlement.Server.Storage;

namespace Entitlement.Server.Access;

/// <summary>
/// The key of the one who owns the machine of an embedded default: it makes the first things, and ends with the first
/// administrator. It stands in a file that only that owner can read, which is the proof.
/// </summary>
internal sealed class BootstrapKey(DataDirectory data, ILogger<BootstrapKey> logger)
{
    public const string FileName = "bootstrap-admin.key";

    /// <summary>What stands in the place of an id in the key.</summary>
    public const string Id = "bootstrap";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>SHA-256 of the secret; null when there is no such key.</summary>
    private byte[]? _hash;

    public bool IsThere => System.IO.File.Exists(File);

    private string File => Path.Combine(data.Root, FileName);

    /// <summary>Reads the key.</summary>
    /// <param name="make">Whether to make one if there is none.</param>
    /// <exception cref="StartRefusedException">The file can't be used, or others can read it.</exception>
    public void Load(bool make)
    {
        try
        {
            if (make && !IsThere)
            {
                Make();
            }

            if (IsThere)
            {
                _hash = Hash(Read());
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(
                $"The bootstrap key {File} can't be read or made: {failure.Message} Give this user the right to read and write "
                + $"in its folder, or name another by {StorageOptions.Section}:{nameof(StorageOptions.DataDirectory)}.",
                inner: failure);
        }
    }

    /// <summary>In time that does not depend on where the two differ.</summary>
    public bool Matches(SecretToken key) => _hash is not null && CryptographicOperations.FixedTimeEquals(Hash(key), _hash);

    private static byte[] Hash(SecretToken key) => SHA256.HashData(key.Secret);

    /// <summary>Written beside its place and moved there, so that nobody ever sees a part of it.</summary>
    private void Make()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        var unfinished = $"{File}.{Guid.NewGuid():N}";
        using (var stream = new FileStream(unfinished, options))
        {
            stream.Write(Encoding.ASCII.GetBytes(SecretToken.Create(TokenKind.ApiKey, Id).Reveal() + "\n"));
            stream.Flush(flushToDisk: true);
        }

        System.IO.File.Move(unfinished, File);
        Log.BootstrapKeyMade(logger, File);
    }

    private SecretToken Read()
    {
        if (!OperatingSystem.IsWindows() && (System.IO.File.GetUnixFileMode(File) & Others) != UnixFileMode.None)
        {
            throw new StartRefusedException(
                $"{File} can be read by others, and whoever reads it is an administrator here. Delete it, and the next start makes "
                + $"a new one; or run 'chmod 600 {File}' if nobody has read it.");
        }

        return SecretToken.TryParse(System.IO.File.ReadAllText(File).Trim(), out var key) && key.Id == Id
            ? key
            : throw new StartRefusedException($"{File} holds no bootstrap key. Delete it, and the next start makes a new one.");
    }
}
