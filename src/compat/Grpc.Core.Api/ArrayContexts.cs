using System.Buffers;

namespace Grpc.Core;

/// <summary>Gathers a message in an array.</summary>
internal sealed class ArraySerializationContext : SerializationContext
{
    private ArrayBufferWriter<byte>? _writer;
    private byte[]? _payload;

    /// <exception cref="InvalidOperationException">The message is not complete.</exception>
    public byte[] Payload => _payload ?? throw new InvalidOperationException("The serializer did not complete the message.");

    public override void Complete(byte[] payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        RequireIncomplete();
        _payload = payload;
    }

    public override IBufferWriter<byte> GetBufferWriter() => _writer ??= new ArrayBufferWriter<byte>();

    public override void SetPayloadLength(int payloadLength)
    {
        // An array that grows needs no notice.
    }

    public override void Complete()
    {
        RequireIncomplete();
        _payload = _writer?.WrittenSpan.ToArray() ?? [];
    }

    private void RequireIncomplete()
    {
        if (_payload is not null)
        {
            throw new InvalidOperationException("The message is complete already.");
        }
    }
}

/// <summary>Gives a message out of an array.</summary>
internal sealed class ArrayDeserializationContext(byte[] payload) : DeserializationContext
{
    public override int PayloadLength => payload.Length;

    public override byte[] PayloadAsNewBuffer() => [.. payload];

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(payload);
}
