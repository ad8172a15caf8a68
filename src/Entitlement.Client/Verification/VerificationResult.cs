using System.Collections.Frozen;
using Entitlement.Formats;

namespace Entitlement.Client.Verification;

/// <summary>Whether a license file may be relied on, and if not, why and what to do.</summary>
public sealed class VerificationResult
{
    internal VerificationResult(
        VerificationReason reason, string message, LicenseClaims? claims, params (string Key, string Value)[] details)
    {
        Reason = reason;
        Message = message;
        Claims = claims;
        Details = details.ToFrozenDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
    }

    public VerificationReason Reason { get; }

    public bool IsValid => Reason == VerificationReason.Valid;

    /// <summary>What is wrong and what to do, for people. It never holds the software license code.</summary>
    public string Message { get; }

    /// <summary>Every value that the message shows, by name; instants as ISO 8601 in UTC, to the second.</summary>
    public IReadOnlyDictionary<string, string> Details { get; }

    /// <summary>
    /// What the file says; null where its signature is not to be believed, so that nobody relies on what anybody could
    /// have written. There with the later reasons, to show; only with <see cref="IsValid"/> to act on.
    /// </summary>
    public LicenseClaims? Claims { get; }

    /// <summary>
    /// How far the machine's clock is behind what is known to have passed; zero while it is believed. To be told to the
    /// user: the license holds meanwhile, but not for long, see <see cref="VerificationReason.ClockTurnedBack"/>.
    /// </summary>
    public TimeSpan ClockBehindBy { get; private set; }

    /// <summary>
    /// How much of a feature may be used now: 0 unless the file is valid and has the feature. Of a floating one the
    /// file alone gives nothing: see <see cref="EntitlementClient.LeasedQuantityOf"/>.
    /// </summary>
    public int QuantityOf(string feature) => IsValid
        ? Claims!.Features
            .Where(line => line.Code == feature && line.Counts != FeatureCounting.Lease)
            .Sum(line => line.Quantity)
        : 0;

    internal VerificationResult WithClock(TimeSpan behindBy)
    {
        var copy = (VerificationResult)MemberwiseClone();
        copy.ClockBehindBy = behindBy;
        return copy;
    }
}
