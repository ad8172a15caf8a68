using Entitlement.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;

namespace Entitlement.Client.Activation;

/// <summary>
/// The service's refusal, with all that it told. A failure that carries no such details, such as a service that cannot
/// be reached, stays the <see cref="RpcException"/> that it is.
/// </summary>
public sealed class EntitlementRefusedException : Exception
{
    private const string DetailsTrailer = "grpc-status-details-bin";
    private const string Domain = "entitlement.v1";
    private const string Prefix = "ERROR_REASON_";

    private EntitlementRefusedException(Google.Rpc.Status status, ErrorInfo info, RpcException exception)
        : base(status.Message, exception)
    {
        ReasonName = info.Reason;
        Metadata = new Dictionary<string, string>(info.Metadata, StringComparer.Ordinal);
        StatusCode = exception.StatusCode;
        Details = status;
        Reason = ErrorsReflection.Descriptor.FindTypeByName<EnumDescriptor>(nameof(ErrorReason))
            .FindValueByName(Prefix + info.Reason) is { } value
                ? (ErrorReason)value.Number
                : ErrorReason.Unspecified;
    }

    /// <summary>The reason; unspecified for one that a later service added, see <see cref="ReasonName"/>.</summary>
    public ErrorReason Reason { get; }

    /// <summary>The reason as the service wrote it, such as <c>SEATS_EXHAUSTED</c>.</summary>
    public string ReasonName { get; }

    public StatusCode StatusCode { get; }

    /// <summary>Every value that the message shows, by name.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>
    /// The whole status, for details such as <see cref="SeatShortage"/>, <see cref="BadRequest"/> or
    /// <see cref="Help"/>.
    /// </summary>
    public Google.Rpc.Status Details { get; }

    /// <summary>
    /// Whether nothing is wrong and somebody has to approve the request first. Go on without a license, and make the same
    /// call again after <see cref="RetryAfter"/>: it sends the same request.
    /// </summary>
    public bool IsAwaitingApproval => Reason == ErrorReason.AwaitingApproval;

    /// <summary>How much later the same call is worth another try; null when the service gave no advice.</summary>
    public TimeSpan? RetryAfter => Details.Details
        .Where(detail => detail.Is(RetryInfo.Descriptor))
        .Select(detail => detail.Unpack<RetryInfo>().RetryDelay?.ToTimeSpan())
        .FirstOrDefault();

    /// <summary>Null when the failure carries no details of this service.</summary>
    public static EntitlementRefusedException? From(RpcException exception)
    {
        var bytes = exception.Trailers.GetValueBytes(DetailsTrailer);
        if (bytes is null)
        {
            return null;
        }

        try
        {
            var status = Google.Rpc.Status.Parser.ParseFrom(bytes);
            var info = status.Details
                .Where(detail => detail.Is(ErrorInfo.Descriptor))
                .Select(detail => detail.Unpack<ErrorInfo>())
                .FirstOrDefault(info => info.Domain == Domain);
            return info is null ? null : new EntitlementRefusedException(status, info, exception);
        }
        catch (InvalidProtocolBufferException)
        {
            // Not this service's details; the caller still has the status.
            return null;
        }
    }
}
