using Entitlement.Domain.Notifications;
using Entitlement.Storage;

namespace Entitlement.Server.Notifications;

/// <summary>
/// Finds out, as a message is sent, how its recipient comes in, and makes the secret of a link for it. So the secret lies nowhere
/// but in the mail: the database gets its hash.
/// </summary>
/// <remarks>
/// It is called once for each attempt. The links of earlier attempts must go on to work, because one of those mails may have
/// arrived, and mail systems may drop a second one with the same <c>Message-ID</c>.
/// </remarks>
/// <param name="db">The context of the transaction that takes the message to be sent; saved by whoever calls.</param>
/// <param name="personId">For whom.</param>
/// <param name="kind">What the message is about.</param>
/// <param name="now">When.</param>
/// <param name="cancellationToken">Stops before the next statement.</param>
/// <returns>Null when the person is gone or may not set a password; the message is given up then.</returns>
internal delegate Task<Entrance?> MakeEntrance(
    EntitlementDbContext db, Guid personId, MessageKind kind, DateTimeOffset now, CancellationToken cancellationToken);

/// <summary>How somebody comes in.</summary>
internal abstract record Entrance
{
    private Entrance()
    {
    }

    /// <summary>By a password that is set through a link.</summary>
    /// <param name="Secret">Letters, digits, <c>-</c>, <c>_</c>, <c>.</c> and <c>~</c>: what may stand in an address as it is.</param>
    /// <param name="EndTime">Until when it works.</param>
    internal sealed record Link(string Secret, DateTimeOffset EndTime) : Entrance;

    /// <summary>With an OpenID Connect issuer, and without any password here.</summary>
    /// <param name="Address">The issuer's.</param>
    internal sealed record Issuer(string Address) : Entrance;
}
