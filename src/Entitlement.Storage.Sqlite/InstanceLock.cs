using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Entitlement.Storage.Sqlite;

/// <summary>
/// Keeps a second process from serving the same database file: an exclusive lock of the operating system on
/// <c>entitlement.lock</c> beside it, held until disposal or the end of the process, however it ends. The file itself
/// is no lock; one left behind means nothing.
/// </summary>
public sealed class InstanceLock : IDisposable
{
    public const string FileName = "entitlement.lock";

    /// <summary>Tells who holds the lock. A file of its own, because a locked one can't be read.</summary>
    private const string HolderFileName = "entitlement.lock.json";

    private readonly FileStream _file;

    private InstanceLock(FileStream file) => _file = file;

    /// <param name="directory">Where the database file lies.</param>
    /// <param name="clock">Tells since when the lock is held.</param>
    /// <exception cref="InstanceLockedException">
    /// Another process holds it, or the file system knows no locks.
    /// </exception>
    public static InstanceLock Acquire(string directory, TimeProvider clock)
    {
        var path = Path.Combine(directory, FileName);
        var file = TryOpen(path) ?? throw InstanceLockedException.Held(path, ReadHolder(directory));
        if (TryOpen(path) is { } second)
        {
            second.Dispose();
            file.Dispose();
            throw InstanceLockedException.Impossible(path);
        }

        var held = new InstanceLock(file);
        try
        {
            File.WriteAllText(Path.Combine(directory, HolderFileName), Describe(clock));
            return held;
        }
        catch (IOException)
        {
            held.Dispose();
            throw;
        }
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
            Share = FileShare.None,
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

    private static string Describe(TimeProvider clock) => JsonSerializer.Serialize(
        new Dictionary<string, string>
        {
            ["pid"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
            ["host"] = Environment.MachineName,
            ["since"] = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        },
        HolderJson.Default.DictionaryStringString);

    private static string ReadHolder(string directory)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(directory, HolderFileName));
            var holder = JsonSerializer.Deserialize(text, HolderJson.Default.DictionaryStringString) ?? [];
            return $"process {holder["pid"]} on {holder["host"]}, since {holder["since"]}";
        }
        catch (Exception exception) when (exception is IOException or JsonException or KeyNotFoundException)
        {
            // It is held, and that is what counts; its holder may be just writing it.
            return "another process";
        }
    }
}

[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class HolderJson : JsonSerializerContext;
