namespace Grpc.Core;

/// <summary>How messages are written.</summary>
/// <param name="flags">What is asked for.</param>
public class WriteOptions(WriteFlags flags = default)
{
    /// <summary>Nothing particular.</summary>
    public static readonly WriteOptions Default = new();

    /// <summary>What is asked for.</summary>
    public WriteFlags Flags { get; } = flags;
}
