using System.Security.Authentication;
using Entitlement.CommandLine.Invocation;
using Entitlement.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;
using Status = Google.Rpc.Status;

namespace Entitlement.CommandLine.Rpc;

/// <summary>Reads why the service refused, from the details that it sends with every error.</summary>
internal static class Refusal
{
    private const string DetailsTrailer = "grpc-status-details-bin";
    private const string AwaitingApproval = "AWAITING_APPROVAL";

    /// <summary>Every message that the details of a refusal may hold.</summary>
    public static TypeRegistry Types { get; } = TypeRegistry.FromFiles(
        ErrorDetailsReflection.Descriptor, ErrorsReflection.Descriptor, ActivationServiceReflection.Descriptor);

    /// <summary>Whether the call got no answer of the service at all.</summary>
    public static bool IsOfTransport(RpcException failure) => Details(failure) is null;

    /// <summary>How much later a request that somebody must approve is to be sent again.</summary>
    /// <returns>Null when it is refused for another reason.</returns>
    public static TimeSpan? WaitForApproval(RpcException failure) =>
        Details(failure) is { } status && Unpack<ErrorInfo>(status)?.Reason == AwaitingApproval
            ? Unpack<RetryInfo>(status)?.RetryDelay?.ToTimeSpan()
            : null;

    /// <summary>The service's reason; null when the call got no answer of it.</summary>
    public static string? ReasonOf(RpcException failure) => Details(failure) is { } status ? Unpack<ErrorInfo>(status)?.Reason : null;

    public static CommandFailure ToFailure(RpcException failure, Uri server)
    {
        if (Details(failure) is { } status)
        {
            return ToFailure(status, failure.StatusCode);
        }

        return failure.StatusCode switch
        {
            // What fails before the first byte of an answer, such as a certificate that is not trusted, has a cause on this side.
            StatusCode.Unavailable or StatusCode.Internal when failure.Status.DebugException is not null => new CommandFailure(
                ExitCode.Unreachable,
                "UNREACHABLE",
                $"The service at {server} can't be reached: {Cause(failure)}",
                failure.Status.DebugException.GetBaseException() is AuthenticationException
                    ? "Name the root of its TLS certificate with --root-ca."
                    : "Is it running, and is this its gRPC port? Name another with --server or ENTITLEMENT_SERVER.",
                failure)
            { Status = NameOf((int)failure.StatusCode) },
            StatusCode.DeadlineExceeded => new CommandFailure(
                ExitCode.Unreachable, "NO_ANSWER_IN_TIME", $"The service at {server} did not answer in time.", "Try again, or wait longer with --timeout.", failure)
            { Status = "DEADLINE_EXCEEDED" },
            _ => new CommandFailure(
                failure.StatusCode == StatusCode.Unavailable ? ExitCode.Unreachable : ExitCode.Refused,
                NameOf((int)failure.StatusCode),
                $"{server} answered: {failure.Status.Detail}",
                cause: failure)
            { Status = NameOf((int)failure.StatusCode) },
        };
    }

    /// <summary>The same for a refusal inside an answer, as a preview gives it.</summary>
    public static CommandFailure ToFailure(Status status, StatusCode code)
    {
        var info = Unpack<ErrorInfo>(status);
        var violations = Unpack<BadRequest>(status)?.FieldViolations.Select(violation => (violation.Field, violation.Description));
        var isWorthAnotherTry = code is StatusCode.Unavailable or StatusCode.DeadlineExceeded;
        return new CommandFailure(
            isWorthAnotherTry ? ExitCode.Unreachable
                : info?.Reason == AwaitingApproval ? ExitCode.Waiting : ExitCode.Refused,
            info?.Reason ?? NameOf(status.Code),
            status.Message,
            Advice(status, info))
        {
            Status = NameOf(status.Code),
            Metadata = info?.Metadata.ToDictionary(StringComparer.Ordinal) ?? new Dictionary<string, string>(StringComparer.Ordinal),
            Violations = violations?.ToList() ?? [],
        };
    }

    // The innermost cause names the address and what happened; what is around it only says that something did.
    private static string Cause(RpcException failure) =>
        failure.Status.DebugException?.GetBaseException().Message ?? failure.Status.Detail;

    private static string? Advice(Status status, ErrorInfo? info)
    {
        if (info?.Reason == "UNAUTHENTICATED")
        {
            return $"Sign in with 'entitle sign-in ADDRESS', or name the file of an API key with --api-key-file or {GlobalOptions.ApiKeyFileVariable}.";
        }

        var links = Unpack<Help>(status)?.Links.Select(link => $"{link.Description} {link.Url}".Trim());
        var retry = Unpack<RetryInfo>(status)?.RetryDelay is { } delay ? [$"Try again in {delay.ToTimeSpan().TotalSeconds:0.#} s."] : Array.Empty<string>();
        var advice = string.Join(" ", retry.Concat(links ?? []));
        return advice.Length > 0 ? advice : null;
    }

    private static Status? Details(RpcException failure)
    {
        var bytes = failure.Trailers.GetValueBytes(DetailsTrailer);
        try
        {
            return bytes is null ? null : Status.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            // Something between us and the service answered in its name.
            return null;
        }
    }

    private static T? Unpack<T>(Status status)
        where T : class, IMessage<T>, new()
    {
        foreach (var detail in status.Details)
        {
            if (detail.TryUnpack<T>(out var message))
            {
                return message;
            }
        }

        return null;
    }

    // FAILED_PRECONDITION, as the specification of gRPC and its JSON write the codes.
    private static string NameOf(int code) =>
        string.Concat(((StatusCode)code).ToString().Select(
            (letter, index) => index > 0 && char.IsUpper(letter) ? $"_{letter}" : $"{char.ToUpperInvariant(letter)}"));
}
