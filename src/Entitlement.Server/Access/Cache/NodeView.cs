using Entitlement.Domain.Errors;

namespace Entitlement.Server.Access.Cache;

/// <summary>
/// What this server knows of the clock of access. A decision uses one view for all that it rests on; so it equals the
/// database's own at one moment, which is not before <paramref name="ReadAt"/>.
/// </summary>
/// <param name="Version">Where the clock stood.</param>
/// <param name="ReadAt">A time stamp from before it was read: of the monotonic clock, which nobody can set.</param>
/// <param name="Reading">The number of the reading: a later one began later.</param>
internal sealed record NodeView(long Version, long ReadAt, long Reading);

/// <summary>How fresh a decision must be; by default as <see cref="AccessOptions.MaxStaleness"/> has it.</summary>
internal readonly record struct Freshness
{
    private readonly string? _field;

    /// <summary>The clock must be read by a reading after this one; 0 for any.</summary>
    public long AfterReading { get; init; }

    /// <summary>The version that must be seen; 0 for any.</summary>
    public long AtLeast { get; init; }

    /// <param name="version">The version that a caller asks for.</param>
    /// <param name="field">Where the caller says so.</param>
    public static Freshness OfToken(long version, string field) => new(field) { AtLeast = version };

    private Freshness(string field) => _field = field;

    /// <summary>As fresh as both.</summary>
    public Freshness And(Freshness other) => (other.AtLeast > AtLeast ? other : this) with
    {
        AfterReading = Math.Max(AfterReading, other.AfterReading),
    };

    public bool IsMetBy(NodeView view) => view.Version >= AtLeast && view.Reading > AfterReading;

    /// <summary>What to throw when the clock has not come to the version that is asked for.</summary>
    public EntitlementException Refuse() => _field is null
        ? Refusal.StorageUnavailable()
        : Refusal.InvalidArgument(_field, "must be a consistency_token that this service gave");
}
