using Entitlement.Domain.Errors;

namespace Entitlement.Domain.Names;

/// <summary>Where something comes from that began elsewhere: its id and its first day go with it.</summary>
public sealed record Origin
{
    /// <summary>Null where another kind of system named it; then it gets an id here.</summary>
    public Guid? Id { get; init; }

    /// <summary>Null where nobody knows; then it begins now.</summary>
    public DateTimeOffset? CreateTime { get; init; }

    /// <summary>By its first day, because ids are the order of lists.</summary>
    internal Guid NewId(DateTimeOffset now) => Id ?? Guid.CreateVersion7(Begin(now));

    internal DateTimeOffset Begin(DateTimeOffset now) => CreateTime ?? now;

    /// <param name="field">The record's kind, for the refusal.</param>
    /// <param name="now">The moment of the import.</param>
    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>.</exception>
    public Origin Require(string field, DateTimeOffset now)
    {
        if (Id is { Version: not 7 })
        {
            throw Refusal.InvalidArgument($"{field}.name", "must hold UUIDs of version 7, as this service makes them");
        }

        return CreateTime is { } begun && (begun < DateTimeOffset.UnixEpoch || begun > now)
            ? throw Refusal.InvalidArgument($"{field}.create_time", "must be from 1970 on and not in the future")
            : this;
    }
}
