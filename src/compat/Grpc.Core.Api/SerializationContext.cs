using System.Buffers;

namespace Grpc.Core;

/// <summary>Takes the bytes of one message: either all in one array, or through a writer.</summary>
public abstract class SerializationContext
{
    /// <summary>Takes the whole message; nothing may follow.</summary>
    /// <param name="payload">The message; it belongs to the context from here on.</param>
    public virtual void Complete(byte[] payload) =>
        throw new NotSupportedException("This context does not take a message in one array.");

    /// <summary>Where the message is written to, ended by <see cref="Complete()"/>.</summary>
    public virtual IBufferWriter<byte> GetBufferWriter() =>
        throw new NotSupportedException("This context has no buffer writer.");

    /// <summary>Says ahead how many bytes the writer will get.</summary>
    public virtual void SetPayloadLength(int payloadLength) =>
        throw new NotSupportedException("This context has no buffer writer.");

    /// <summary>Says that the writer got the whole message.</summary>
    public virtual void Complete() =>
        throw new NotSupportedException("This context has no buffer writer.");
}
