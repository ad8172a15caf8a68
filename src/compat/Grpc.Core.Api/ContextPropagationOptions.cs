namespace Grpc.Core;

/// <summary>What a call that a server makes inherits from the call that it serves.</summary>
/// <param name="propagateDeadline">Whether it ends when the served one must.</param>
/// <param name="propagateCancellation">Whether it is given up with the served one.</param>
public class ContextPropagationOptions(bool propagateDeadline = true, bool propagateCancellation = true)
{
    /// <summary>Everything is inherited.</summary>
    public static readonly ContextPropagationOptions Default = new();

    /// <summary>Whether the deadline is inherited.</summary>
    public bool IsPropagateDeadline { get; } = propagateDeadline;

    /// <summary>Whether giving up is inherited.</summary>
    public bool IsPropagateCancellation { get; } = propagateCancellation;
}
