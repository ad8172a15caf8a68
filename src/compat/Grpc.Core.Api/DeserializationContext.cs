using System.Buffers;

namespace Grpc.Core;

/// <summary>Gives the bytes of one message, once.</summary>
public abstract class DeserializationContext
{
    /// <summary>How many bytes the message has.</summary>
    public abstract int PayloadLength { get; }

    /// <summary>The message in an array of the caller's own.</summary>
    public abstract byte[] PayloadAsNewBuffer();

    /// <summary>The message where it lies; it holds until the deserializer returns.</summary>
    public virtual ReadOnlySequence<byte> PayloadAsReadOnlySequence() =>
        throw new NotSupportedException("This context gives the message in one array only.");
}
