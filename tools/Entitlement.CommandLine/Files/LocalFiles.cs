using Entitlement.CommandLine.Invocation;

namespace Entitlement.CommandLine.Files;

/// <summary>The files that a command reads and writes; <c>-</c> is standard input or output.</summary>
internal static class LocalFiles
{
    private const int BufferSize = 80 << 10;

    /// <summary>Reads a file whole.</summary>
    /// <param name="maxBytes">More than this is not read: one byte over it comes back, so that the reader's own rule speaks.</param>
    /// <exception cref="CommandFailure">It can't be read.</exception>
    public static async Task<byte[]> ReadAsync(string path, int maxBytes, CancellationToken cancellation)
    {
        try
        {
            await using var stream = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
            using var content = new MemoryStream();
            var buffer = new byte[BufferSize];
            int read;
            do
            {
                var room = (int)Math.Min(buffer.Length, maxBytes + 1 - content.Length);
                read = await stream.ReadAsync(buffer.AsMemory(0, room), cancellation);
                await content.WriteAsync(buffer.AsMemory(0, read), cancellation);
            }
            while (read > 0 && content.Length <= maxBytes);

            return content.ToArray();
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw CommandFailure.LocalFile(path, cause);
        }
    }

    /// <summary>Writes a file whole or not at all: a reader never sees half of it.</summary>
    /// <exception cref="CommandFailure">It can't be written.</exception>
    public static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        try
        {
            if (path == "-")
            {
                await using var output = Console.OpenStandardOutput();
                await output.WriteAsync(content, cancellation);
                return;
            }

            var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
            try
            {
                await File.WriteAllBytesAsync(temporary, content, cancellation);
                File.Move(temporary, path, overwrite: true);
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw CommandFailure.LocalFile(path, cause);
        }
    }
}
