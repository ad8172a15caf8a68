using System.Text;

namespace Entitlement.Client;

/// <summary>
/// The directory in which one installation keeps its state, owner-only. Files appear whole or not at all: they are
/// written beside their place, flushed to the disk and moved there.
/// </summary>
internal sealed class StateDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path;

    /// <summary>Windows refuses to open a file while another thread puts one in its place.</summary>
    private readonly Lock _lock = new();

    public StateDirectory(string path)
    {
        _path = Path.GetFullPath(path);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_path);
        }
        else
        {
            Directory.CreateDirectory(_path, OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    public string PathOf(string name) => Path.Combine(_path, name);

    /// <summary>Null when there is no such file.</summary>
    public byte[]? Read(string name)
    {
        try
        {
            lock (_lock)
            {
                return File.ReadAllBytes(PathOf(name));
            }
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    public string? ReadText(string name) => Read(name) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>Puts a file in the place of the one that is there.</summary>
    public void Write(string name, ReadOnlySpan<byte> content)
    {
        var temporary = WriteBeside(name, content);
        try
        {
            lock (_lock)
            {
                File.Move(temporary, PathOf(name), overwrite: true);
            }
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>False, and nothing changed, when the file is there already: of two processes one makes it.</summary>
    public bool TryCreate(string name, ReadOnlySpan<byte> content)
    {
        var temporary = WriteBeside(name, content);
        try
        {
            return ExclusiveMove.TryMove(temporary, PathOf(name));
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public void Delete(string name) => File.Delete(PathOf(name));

    /// <summary>Takes rights from others that a copy or a restored backup gave them, where that is possible.</summary>
    public void KeepFromOthers(string name)
    {
        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(PathOf(name)) != OwnerOnly)
        {
            try
            {
                File.SetUnixFileMode(PathOf(name), OwnerOnly);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Somebody else owns the file. A product that runs is worth more than its refusal to read its own key.
            }
        }
    }

    private string WriteBeside(string name, ReadOnlySpan<byte> content)
    {
        var temporary = $"{PathOf(name)}.{Guid.NewGuid():N}.tmp";
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using var stream = new FileStream(temporary, options);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
        return temporary;
    }
}
