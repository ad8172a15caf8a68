using Entitlement.Storage.Access;

namespace Entitlement.Server.Access.Cache;

/// <summary>
/// Where all knowledge of access comes from: the clock, its log, and the things themselves. Beside the database there are the
/// models of it that the proofs drive.
/// </summary>
internal interface IAccessSource
{
    /// <summary>Reads the clock, and the log where the clock moved.</summary>
    /// <param name="since">The version that is known already; null for none.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    Task<AccessLogPage> ReadLogAsync(long? since, CancellationToken cancellationToken);

    /// <summary>Reads one thing.</summary>
    /// <returns>
    /// What stood at its version, which is none before those that <see cref="ReadLogAsync"/> told until then.
    /// </returns>
    Task<Snapshot> LoadAsync(SnapshotKey key, CancellationToken cancellationToken);
}

/// <summary>A part of the log.</summary>
/// <param name="Version">Where the clock stood.</param>
/// <param name="From">The version after which all changes are among <paramref name="Changes"/>, up to the clock.</param>
/// <param name="Changes">What was touched.</param>
internal sealed record AccessLogPage(long Version, long From, IReadOnlyList<TouchedThing> Changes);

/// <summary>That a thing was touched.</summary>
/// <param name="Version">By the change of which version.</param>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Id">Which one.</param>
internal readonly record struct TouchedThing(long Version, AccessThing Kind, Guid Id);
