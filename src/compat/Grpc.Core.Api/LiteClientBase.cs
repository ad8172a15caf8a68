namespace Grpc.Core;

/// <summary>Base of the plain clients that <c>protoc</c> generates with the option <c>lite_client</c>.</summary>
public abstract class LiteClientBase
{
    /// <summary>A client for tests to derive from: every call fails.</summary>
    protected LiteClientBase()
        : this(UnimplementedCallInvoker.Instance)
    {
    }

    /// <param name="callInvoker">Makes the calls.</param>
    protected LiteClientBase(CallInvoker callInvoker)
    {
        ArgumentNullException.ThrowIfNull(callInvoker);
        CallInvoker = callInvoker;
    }

    /// <summary>Makes the calls.</summary>
    protected CallInvoker CallInvoker { get; }
}
