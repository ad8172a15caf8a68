using Entitlement.Domain.Notifications;
using Entitlement.Domain.People;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Users;

/// <summary>
/// Tells people that they are invited. Whoever withdraws an invitation and sends it again could fill a mailbox, so there is a
/// bound for each person; an invitation that is not told stands in the person's list all the same.
/// </summary>
internal sealed class InvitationMail
{
    /// <summary>From all accounts and products together.</summary>
    private const int MaxPerDay = 5;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly Dictionary<Guid, Recipient> _recipients;

    private InvitationMail(Dictionary<Guid, Recipient> recipients) => _recipients = recipients;

    /// <param name="db">The context of the transaction that invites.</param>
    /// <param name="people">Who may be invited.</param>
    /// <param name="now">When.</param>
    /// <param name="cancellationToken">Ends the look-ups.</param>
    public static async Task<InvitationMail> LoadAsync(
        EntitlementDbContext db, IReadOnlyCollection<Guid> people, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (people.Count == 0)
        {
            return new InvitationMail([]);
        }

        var since = now - Day;
        var told = db.OutboxMessages.Where(message => (message.Kind == MessageKind.Invitation || message.Kind == MessageKind.ProductInvitation) && message.CreateTime > since);

        // Whoever is switched off can't answer it.
        return new InvitationMail(await db.Users
            .Where(user => people.Contains(user.Id) && user.IsEnabled && user.Email != null)
            .Where(user => told.Count(message => message.PersonId == user.Id) < MaxPerDay)
            .Select(user => new Recipient(user.Id, user.Email!, user.DisplayName))
            .ToDictionaryAsync(one => one.PersonId!.Value, cancellationToken));
    }

    public void Send(Change change, Invitation invitation, MessageContent content)
    {
        if (_recipients.TryGetValue(invitation.UserId, out var recipient))
        {
            change.Send(recipient, content);
        }
    }
}
