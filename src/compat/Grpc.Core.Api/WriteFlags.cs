namespace Grpc.Core;

/// <summary>What is asked for the writing of a message.</summary>
[Flags]
public enum WriteFlags
{
    /// <summary>The message may wait in a buffer for the next one.</summary>
    BufferHint = 0x1,

    /// <summary>The message is sent as it is, though the call compresses.</summary>
    NoCompress = 0x2,
}
