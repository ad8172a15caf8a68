using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Status = Google.Rpc.Status;

namespace Entitlement.Testing;

/// <summary>Reads what the service says about a refusal, as a client does: from the trailer of the rich error model.</summary>
public static class RpcErrors
{
    private const string DetailsTrailer = "grpc-status-details-bin";

    /// <summary>Whether the service answered; else the connection, the server or the client gave up.</summary>
    public static bool IsByService(this RpcException refusal) => refusal.Trailers.Get(DetailsTrailer) is not null;

    public static Status Details(this RpcException refusal)
    {
        var trailer = refusal.Trailers.GetValueBytes(DetailsTrailer)
            ?? throw new InvalidOperationException($"No details: {refusal.Status}");
        return Status.Parser.ParseFrom(trailer);
    }

    public static ErrorInfo Info(this RpcException refusal) => refusal.Find<ErrorInfo>()
        ?? throw new InvalidOperationException($"No ErrorInfo: {refusal.Status}");

    /// <summary>The reason in the contract's catalogue, without its prefix.</summary>
    public static string Reason(this RpcException refusal) => refusal.Info().Reason;

    /// <summary>Null when the details hold none of this kind.</summary>
    public static TDetail? Find<TDetail>(this RpcException refusal)
        where TDetail : class, IMessage<TDetail>, new()
    {
        var kind = new TDetail().Descriptor;
        return refusal.Details().Details.FirstOrDefault(detail => detail.Is(kind))?.Unpack<TDetail>();
    }
}
