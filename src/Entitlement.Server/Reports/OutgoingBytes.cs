using Google.Protobuf;

namespace Entitlement.Server.Reports;

/// <summary>
/// A stream that only goes forward, for writers that know nothing of calls: what was written waits here until
/// <see cref="DrainAsync"/> sends it. So the memory that it takes is what is written between two of those.
/// </summary>
/// <param name="send">Sends a part, and returns when the caller can take another.</param>
internal sealed class OutgoingBytes(Func<ByteString, Task> send) : Stream
{
    /// <summary>Most bytes of a part.</summary>
    public const int PartSize = 64 * 1024;

    private readonly MemoryStream _waiting = new();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Sends whole parts, and at the end what is left.</summary>
    public async Task DrainAsync(bool isEnd = false)
    {
        var bytes = _waiting.GetBuffer().AsMemory(0, (int)_waiting.Length);
        while (bytes.Length >= PartSize || (isEnd && bytes.Length > 0))
        {
            var size = Math.Min(PartSize, bytes.Length);
            await send(ByteString.CopyFrom(bytes.Span[..size]));
            bytes = bytes[size..];
        }

        if (bytes.Length < _waiting.Length)
        {
            bytes.CopyTo(_waiting.GetBuffer());
            _waiting.SetLength(bytes.Length);
            _waiting.Position = bytes.Length;
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => _waiting.Write(buffer, offset, count);

    public override void Write(ReadOnlySpan<byte> buffer) => _waiting.Write(buffer);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        _waiting.WriteAsync(buffer, offset, count, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _waiting.WriteAsync(buffer, cancellationToken);

    public override void Flush()
    {
        // What waits is sent by parts.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _waiting.Dispose();
        }

        base.Dispose(disposing);
    }
}
