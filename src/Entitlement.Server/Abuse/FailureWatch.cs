using System.Collections.Frozen;
using Entitlement.Domain.Errors;
using Entitlement.Server.Access;
using Grpc.Core;

namespace Entitlement.Server.Abuse;

/// <summary>
/// Tells which refusals may be guesses gone wrong, and counts them by the caller's address. Only failures count, and
/// none of a caller whose credentials were accepted.
/// </summary>
internal sealed class FailureWatch(FailureTable failures, AccessTable access)
{
    /// <summary>
    /// What is wrong with credentials that are no guess: there are none, or whoever sent them has the secret, or the issuer's
    /// signature, all the same.
    /// </summary>
    private static readonly FrozenSet<string> NoGuess = FrozenSet.Create(
        StringComparer.Ordinal, "missing", "expired", "revoked", "switched_off", "session_required", "not_linked");

    private const string UnknownLink = "unknown";

    /// <returns>
    /// What the caller is told: the refusal, or when too many failed before, only that. So nobody learns from one more
    /// guess whether it was right.
    /// </returns>
    public EntitlementException Judge(EntitlementException refusal, ServerCallContext call) =>
        IsGuess(refusal, call) ? Count(call) ?? refusal : refusal;

    /// <summary>A file that breaks a rule of its format.</summary>
    /// <returns>Null when it is to be told as it is.</returns>
    public EntitlementException? JudgeFile(ServerCallContext call) => IsProduct(call) ? Count(call) : null;

    private EntitlementException? Count(ServerCallContext call) =>
        failures.Add(AddressGroup.Of(call.GetHttpContext())) is { } wait ? Refusal.TooManyFailures(wait) : null;

    private bool IsGuess(EntitlementException refusal, ServerCallContext call) => refusal.Reason switch
    {
        FailureReason.Unauthenticated => !NoGuess.Contains(refusal.Metadata["cause"]),
        FailureReason.SignInFailed => CallerOfCall.Find(call.GetHttpContext()) is Caller.Anonymous,
        FailureReason.PasswordLinkInvalid => refusal.Metadata["cause"] == UnknownLink,
        FailureReason.SlcMistyped or FailureReason.SlcUnknown or FailureReason.WrongProduct
            or FailureReason.ReturnReceiptInvalid or FailureReason.CallInvalid
            or FailureReason.NotFound => IsProduct(call),
        _ => false,
    };

    private bool IsProduct(ServerCallContext call) =>
        access.Methods[call.Method].OpenToProducts && CallerOfCall.Find(call.GetHttpContext()) is Caller.Anonymous;
}
