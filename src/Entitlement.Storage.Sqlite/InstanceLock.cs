using System.Globalization;
using System.Text.Json;

namespace Entitlement.Storage.Sqlite;

/// <summary>
/// Keeps a second process from serving the same database file: an exclusive lock of the operating system on
/// <c>entitlement.lock</c> beside it, held until disposal or the end of the process, however it ends. The file itself is no
/// lock; one left behind means nothing.
/// </summary>
public sealed class InstanceLock : IDisposable
{
    public const string FileName = "entitlement.lock";

    private readonly FileStream _file;

    private InstanceLock(FileStream file) => _file = file;

    /// <param name="directory">Where the database file lies.</param>
    /// <param name="clock">Tells since when the lock is held.</param>
    /// <exception cref="InstanceLockedException">Another process holds it, or the file system knows no locks.</exception>
    public static InstanceLock Acquire(string directory, TimeProvider clock)
    {
        var path = Path.Combine(directory, FileName);
        var file = TryOpen(path) ?? throw InstanceLockedException.Held(path, ReadHolder(path));
        if (TryOpen(path) is { } second)
        {
            second.Dispose();
            file.Dispose();
            throw InstanceLockedException.Impossible(path);
        }

        file.SetLength(0);
        JsonSerializer.Serialize(file, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["pid"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
            ["host"] = Environment.MachineName,
            ["since"] = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        });
        file.Flush();
        return new InstanceLock(file);
    }

    /// <summary>The file stays: removing it would let two processes hold locks on two files of one name.</summary>
    public void Dispose() => _file.Dispose();

    /// <returns>Null when another holds it.</returns>
    private static FileStream? TryOpen(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,

            // On Unix only None takes an exclusive lock, which does not keep others from reading; on Windows it would.
            Share = OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            return new FileStream(path, options);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    private static string ReadHolder(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var holder = JsonSerializer.Deserialize<Dictionary<string, string>>(file) ?? [];
            return $"process {holder.GetValueOrDefault("pid", "?")} on {holder.GetValueOrDefault("host", "?")}, "
                + $"since {holder.GetValueOrDefault("since", "?")}";
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            // It is held, and that is what counts; its holder may be just writing it.
            return "another process";
        }
    }
}
