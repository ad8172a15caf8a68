namespace Entitlement.Client.Fingerprint;

/// <summary>
/// A file system seen from a root that can be another directory. What is missing or may not be read is simply not
/// there: a product runs with the rights it has.
/// </summary>
internal sealed class FileTree(string root)
{
    private const int MostBytes = 64 * 1024;

    public bool Exists(string path) => Path.Exists(Full(path));

    /// <summary>The text of a small file; empty when there is none that can be read.</summary>
    public string Read(string path) => System.Text.Encoding.UTF8.GetString(ReadBytes(path));

    public byte[] ReadBytes(string path)
    {
        try
        {
            using var stream = new FileStream(Full(path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite,
                bufferSize: 1);
            var bytes = new byte[MostBytes];
            return bytes[..stream.ReadAtLeast(bytes, MostBytes, throwOnEndOfStream: false)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Names of what stands in a directory, in ordinal order.</summary>
    public IReadOnlyList<string> List(string path)
    {
        try
        {
            var entries = Directory.EnumerateFileSystemEntries(Full(path));
            return [.. entries.Select(entry => Path.GetFileName(entry)!).Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>What a symbolic link says, as it is written; empty for anything else.</summary>
    public string LinkText(string path)
    {
        try
        {
            return new FileInfo(Full(path)).LinkTarget ?? "";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private string Full(string path) => Path.Combine(root, path.TrimStart('/'));
}
