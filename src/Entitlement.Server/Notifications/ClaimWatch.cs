using Entitlement.Storage;

namespace Entitlement.Server.Notifications;

/// <summary>
/// Tells which messages were taken by a server that died: those that stand as they are for longer than sending can take. That is
/// measured by this server's own clock from when it saw them first, so no two servers' clocks need agree.
/// </summary>
/// <param name="patience">Longer than sending one message can take.</param>
/// <param name="clock">Of this server.</param>
internal sealed class ClaimWatch(TimeSpan patience, TimeProvider clock)
{
    private Dictionary<MessageClaim, long> _seen = [];

    /// <param name="claims">All that is being sent now.</param>
    public IReadOnlyList<MessageClaim> FindAbandoned(IReadOnlyList<MessageClaim> claims)
    {
        var now = clock.GetTimestamp();
        var seen = _seen;
        _seen = claims.ToDictionary(claim => claim, claim => seen.GetValueOrDefault(claim, now));
        return [.. claims.Where(claim => clock.GetElapsedTime(_seen[claim], now) >= patience)];
    }
}
