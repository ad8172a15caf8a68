using Entitlement.Domain.Errors;
using Entitlement.Formats;
using Entitlement.Server.Abuse;
using Entitlement.Storage;
using Google.Protobuf;
using Grpc.Core;

namespace Entitlement.Server.Errors;

/// <summary>Turns what was thrown into what the caller may know of it.</summary>
internal sealed class FailureTranslator(
    RefusalStatus refusals, FailureWatch watch, StorageEngine storage, TimeProvider clock, ILogger<FailureTranslator> logger)
{
    /// <summary>The trailer that carries the details of a status.</summary>
    public const string DetailsTrailer = "grpc-status-details-bin";

    public RpcException Translate(Exception failure, ServerCallContext call)
    {
        switch (failure)
        {
            case EntitlementException refusal:
                return ToRpc(refusals.Of(watch.Judge(refusal, call)));

            case FileFormatException refusal:
                return ToRpc(watch.JudgeFile(call) is { } instead ? refusals.Of(instead) : refusals.Of(refusal));

            // Made by the runtime (such as a message that is too large) or by a standard service, whose protocol says the code.
            case RpcException standard:
                return standard;

            // The caller is gone or out of time. What the cut-off work threw on its way out tells nothing more, and is of
            // many kinds: a driver may report its own cancelled command as an error of the database.
            case Exception when call.CancellationToken.IsCancellationRequested:
                Log.CutOff(logger, failure, call.Method);
                return Ended(call);

            default:
                return ToRpc(refusals.Of(Told(failure, call)));
        }
    }

    private EntitlementException Told(Exception failure, ServerCallContext call)
    {
        var reference = call.GetHttpContext().TraceIdentifier;
        switch (storage.Classify(failure))
        {
            case StorageFault.Busy or StorageFault.Unreachable:
                Log.StorageUnavailable(logger, failure, call.Method);
                return Refusal.StorageUnavailable();

            case StorageFault.Conflict:
                return Refusal.ConcurrentChange();

            case StorageFault.NotRecorded:
                Log.NotRecorded(logger, failure, call.Method, reference);
                return Refusal.AuditRecordRefused(reference);

            default:
                Log.Fault(logger, failure, call.Method, reference);
                return Refusal.Internal(reference);
        }
    }

    private RpcException Ended(ServerCallContext call) => clock.GetUtcNow().UtcDateTime >= call.Deadline
        ? new RpcException(new Status(StatusCode.DeadlineExceeded, "The deadline of the call passed."))
        : new RpcException(new Status(StatusCode.Cancelled, "The caller ended the call."));

    private static RpcException ToRpc(Google.Rpc.Status status) => new(
        new Status((StatusCode)status.Code, status.Message),
        new Metadata { { DetailsTrailer, status.ToByteArray() } });
}
