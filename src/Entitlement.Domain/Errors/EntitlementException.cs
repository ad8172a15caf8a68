using Entitlement.Domain.Licenses;

namespace Entitlement.Domain.Errors;

/// <summary>
/// A refusal that the caller can act on. Anything else that is thrown is a fault of ours and reaches the caller only as
/// <c>INTERNAL</c>. Every value shown in the message is in <see cref="Metadata"/> too, so that no client parses text.
/// </summary>
/// <remarks>Made only by <see cref="Refusal"/>, so that all texts stand in one place.</remarks>
public sealed class EntitlementException : Exception
{
    internal EntitlementException(FailureReason reason, string message, params IEnumerable<(string Key, string Value)> metadata)
        : base(message)
    {
        Reason = reason;
        Metadata = metadata.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
    }

    public FailureReason Reason { get; }

    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>When the same call is worth another try; null where its reason says enough of that.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>The lines on which too little is left, or would be; empty for every reason but <see cref="FailureReason.SeatsExhausted"/> and
    /// <see cref="FailureReason.LimitBelowUse"/>.</summary>
    public IReadOnlyList<SeatLine> Shortages { get; internal init; } = [];

    /// <summary>Whom to ask; null for every reason but <see cref="FailureReason.PermissionDenied"/>, and where there is nobody.</summary>
    public AccessContacts? Contacts { get; internal init; }
}
