using Entitlement.Domain.Notifications;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage;

/// <summary>Writes, finds and clears away messages.</summary>
public static class Outbox
{
    /// <summary>Has a message sent, if and only if the transaction is committed.</summary>
    /// <param name="db">The context of the change that the message tells.</param>
    /// <param name="to">To whom.</param>
    /// <param name="content">What it tells.</param>
    /// <param name="now">The moment of the change.</param>
    public static void Send(this EntitlementDbContext db, Recipient to, MessageContent content, DateTimeOffset now) =>
        db.OutboxMessages.Add(OutboxMessage.Create(to, content, now));

    /// <summary>
    /// Removes all messages to a person who is erased. One that a server is sending at this very moment may still arrive.
    /// </summary>
    public static Task<int> EraseMessagesAsync(
        this EntitlementDbContext db, Guid personId, CancellationToken cancellationToken) =>
        db.OutboxMessages.Where(message => message.PersonId == personId).ExecuteDeleteAsync(cancellationToken);

    /// <summary>What is to be sent now, what is due longest first.</summary>
    public static async Task<IReadOnlyList<MessageClaim>> ListDueMessagesAsync(
        this EntitlementDbContext db, DateTimeOffset now, int count, CancellationToken cancellationToken) =>
        await db.OutboxMessages
            .Where(message => message.State == MessageState.Waiting && message.DueTime <= now)
            .OrderBy(message => message.DueTime)
            .Take(count)
            .Select(message => new MessageClaim(message.Id, message.Revision))
            .ToListAsync(cancellationToken);

    /// <summary>What some server is sending, or died in doing so.</summary>
    public static async Task<IReadOnlyList<MessageClaim>> ListClaimedMessagesAsync(
        this EntitlementDbContext db, int count, CancellationToken cancellationToken) =>
        await db.OutboxMessages
            .Where(message => message.State == MessageState.Sending)
            .OrderBy(message => message.DueTime)
            .Take(count)
            .Select(message => new MessageClaim(message.Id, message.Revision))
            .ToListAsync(cancellationToken);

    /// <summary>Null when it has changed or is gone; tracked as the context tracks.</summary>
    public static Task<OutboxMessage?> FindMessageAsync(
        this EntitlementDbContext db, MessageClaim claim, CancellationToken cancellationToken) =>
        db.OutboxMessages.SingleOrDefaultAsync(
            message => message.Id == claim.Id && message.Revision == claim.Revision, cancellationToken);

    /// <summary>A license file as it was signed; null when its license has gone to another account.</summary>
    public static Task<byte[]?> FindLicenseFileAsync(
        this EntitlementDbContext db, IssuedFileKey key, CancellationToken cancellationToken) =>
        db.IssuedFiles
            .Where(file => file.AccountId == key.AccountId
                && file.ActivationId == key.ActivationId
                && file.Generation == key.Generation)
            .Select(file => file.Content)
            .SingleOrDefaultAsync(cancellationToken);

    /// <summary>Clears away messages that ended long enough ago, in small parts.</summary>
    /// <returns>Whether there may be more.</returns>
    public static async Task<bool> SweepMessagesAsync(
        this EntitlementDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        const int part = 1_000;
        var ids = await db.OutboxMessages
            .Where(message => message.State == MessageState.Sent || message.State == MessageState.GivenUp)
            .Where(message => message.DueTime <= now)
            .OrderBy(message => message.DueTime)
            .Select(message => message.Id)
            .Take(part)
            .ToListAsync(cancellationToken);

        // Looked at again: somebody may have one tried anew meanwhile.
        await db.OutboxMessages
            .Where(message => ids.Contains(message.Id) && message.DueTime <= now && message.EndTime != null)
            .ExecuteDeleteAsync(cancellationToken);
        return ids.Count == part;
    }
}

/// <summary>A message at one moment of its life: whoever changes it must name the revision that it read.</summary>
public readonly record struct MessageClaim(Guid Id, int Revision);
