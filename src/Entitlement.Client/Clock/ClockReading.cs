namespace Entitlement.Client.Clock;

/// <summary>What time it is, as far as an installation can tell.</summary>
/// <param name="Time">What the machine's clock shows, but never before what the service has signed.</param>
/// <param name="BehindBy">How far the clock is behind what is known to have passed; zero while it is believed.</param>
/// <param name="Spent">
/// How much of <see cref="ClockRecord.Patience"/> was used up since the service last told the time.
/// </param>
/// <param name="IsProven">
/// Whether what is known to have passed was signed by the service, and not only seen here.
/// </param>
internal readonly record struct ClockReading(DateTimeOffset Time, TimeSpan BehindBy, TimeSpan Spent, bool IsProven)
{
    /// <summary>Whether the clock is right, or its being behind is still borne.</summary>
    public bool IsBorne => BehindBy == TimeSpan.Zero || Spent < ClockRecord.Patience;

    /// <summary>
    /// Whether a new license file is wanted for the time that it tells: at once when only this machine has seen a later
    /// time, and again when half of the patience is used up.
    /// </summary>
    public bool WantsProof => BehindBy > TimeSpan.Zero && (!IsProven || Spent >= ClockRecord.Patience / 2);
}
