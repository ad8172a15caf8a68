using System.Data.Common;
using Entitlement.Domain.Notifications;
using Entitlement.Server.Hosting;
using Entitlement.Storage;
using Entitlement.Storage.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Notifications;

/// <summary>
/// Sends what is due. Every replica runs it: whoever changes a message's row first sends it, and notes what became of it. One that
/// dies in between leaves the row as it is, and another sends the message once more, under the same <c>Message-ID</c>.
/// </summary>
internal sealed class MessageDispatcher(
    IDbContextFactory<EntitlementDbContext> contexts,
    Writer writer,
    StorageEngine storage,
    MailRoom mails,
    MailTransport transport,
    IEnumerable<MakeEntrance> entrances,
    IOptions<MessageOptions> options,
    TimeProvider clock,
    ILogger<MessageDispatcher> logger) : BackgroundService
{
    /// <summary>Messages looked up at a time.</summary>
    private const int Batch = 100;

    /// <summary>A server that has just started has its callers to answer first.</summary>
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(2);

    /// <summary>What a server may take for claiming, making and noting a message, beside sending it.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan MaxPause = TimeSpan.FromHours(1);

    private readonly ClaimWatch _claims = new(options.Value.SmtpTimeout + Slack, clock);
    private readonly MakeEntrance? _makeEntrance = entrances.SingleOrDefault();

    /// <summary>What became of the last message, while the database does not take it; it is not sent again for that.</summary>
    private Outcome? _unnoted;

    private bool _isFailing;
    private bool _isStorageFailing;

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Log.Sending(logger, options.Value.Transport, transport.Destination);
        return Repeat.EveryAsync(
            options.Value.SendInterval, () => TrySendAsync(stoppingToken), clock, stoppingToken, FirstDelay);
    }

    /// <summary>One round.</summary>
    public async Task TrySendAsync(CancellationToken stoppingToken)
    {
        try
        {
            await SendDueAsync(stoppingToken);
            _isStorageFailing = false;
        }
        catch (Exception failure) when (failure is DbException || storage.Classify(failure) != StorageFault.None)
        {
            // The next round finds the same messages. Told once and not each second.
            if (!_isStorageFailing)
            {
                _isStorageFailing = true;
                Log.StorageFailed(logger, failure);
            }
        }
    }

    private async Task SendDueAsync(CancellationToken stoppingToken)
    {
        await NoteAsync();
        IReadOnlyList<MessageClaim> found;
        do
        {
            found = await FindAsync(stoppingToken);
            foreach (var claim in found)
            {
                // One that has begun is brought to its end: to break off would mean to send it twice.
                if (stoppingToken.IsCancellationRequested || !await SendAsync(claim, stoppingToken))
                {
                    return;
                }
            }
        }
        while (found.Count >= Batch);
    }

    private async Task<IReadOnlyList<MessageClaim>> FindAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var abandoned = _claims.FindAbandoned(await db.ListClaimedMessagesAsync(Batch, cancellationToken));
        return [.. abandoned, .. await db.ListDueMessagesAsync(clock.GetUtcNow(), Batch, cancellationToken)];
    }

    /// <returns>Whether another message is worth a try.</returns>
    private async Task<bool> SendAsync(MessageClaim claim, CancellationToken cancellationToken)
    {
        if (await writer.RunAsync((db, token) => ClaimAsync(db, claim, token), cancellationToken) is not { } claimed)
        {
            return true;
        }

        var fault = await DeliverAsync(claimed);
        await NoteAsync();
        return fault != DeliveryFault.Unavailable;
    }

    /// <returns>Null when another server has it, or it is gone.</returns>
    private async Task<Claimed?> ClaimAsync(EntitlementDbContext db, MessageClaim claim, CancellationToken cancellationToken)
    {
        if (await db.FindMessageAsync(claim, cancellationToken) is not { } message)
        {
            return null;
        }

        message.Claim();
        var entrance = _makeEntrance is not null && message.PersonId is { } person && MessageTemplate.NeedsEntrance(message.Kind)
            ? await _makeEntrance(db, person, message.Kind, clock.GetUtcNow().ToWholeMilliseconds(), cancellationToken)
            : null;
        var file = message.File is { } key ? await db.FindLicenseFileAsync(key, cancellationToken) : null;
        return new Claimed(message, entrance, file);
    }

    /// <returns>Null when it was sent.</returns>
    private async Task<DeliveryFault?> DeliverAsync(Claimed claimed)
    {
        var failure = await TryDeliverAsync(claimed);
        var (id, attempts) = (claimed.Message.Id, claimed.Message.Attempts);
        var (now, retention) = (clock.GetUtcNow(), options.Value.Retention);
        var due = now + PauseAfter(attempts);
        var isOver = failure?.Fault == DeliveryFault.RefusedForGood || due >= claimed.Message.TryTime + options.Value.GiveUpAfter;
        _unnoted = new Outcome(new MessageClaim(id, claimed.Message.Revision), failure switch
        {
            null => message => message.NoteSent(now, retention),
            _ when isOver => message => message.GiveUp(failure.Message, now, retention),
            _ => message => message.NoteFailure(failure.Message, due),
        });
        Tell(id, attempts, failure, isOver);
        return failure?.Fault;
    }

    private async Task<DeliveryException?> TryDeliverAsync(Claimed claimed)
    {
        try
        {
            claimed.RequireComplete();
            using var mail = mails.Compose(claimed.Message, claimed.Entrance, claimed.File);
            await transport.SendAsync(claimed.Message.Id, mail, CancellationToken.None);
            return null;
        }
        catch (DeliveryException failure)
        {
            return failure;
        }
        catch (FormatException failure)
        {
            return new DeliveryException(failure.Message, DeliveryFault.RefusedForGood, failure);
        }

        // The outermost layer of one message: whatever is wrong with it must not keep the others from being sent.
        catch (Exception failure)
        {
            Log.Fault(logger, claimed.Message.Id, failure);
            return new DeliveryException("A fault of the service; its log has the cause.", DeliveryFault.Refused, failure);
        }
    }

    private async Task NoteAsync()
    {
        if (_unnoted is { } outcome)
        {
            await writer.RunAsync(
                async (db, token) =>
                {
                    if (await db.FindMessageAsync(outcome.Claim, token) is { } message)
                    {
                        outcome.Note(message);
                    }

                    return true;
                },
                CancellationToken.None);
            _unnoted = null;
        }
    }

    /// <summary>Doubles with each attempt. A random part is cut off, so that what failed together does not come back together.</summary>
    private TimeSpan PauseAfter(int attempts)
    {
        var whole = Math.Min(options.Value.RetryAfter.TotalSeconds * Math.Pow(2, attempts - 1), MaxPause.TotalSeconds);
        return TimeSpan.FromSeconds(whole * (1 + Random.Shared.NextDouble()) / 2);
    }

    /// <summary>Nothing of what the mail server said, because it may name the recipient: <c>ListMessages</c> shows it.</summary>
    private void Tell(Guid id, int attempts, DeliveryException? failure, bool isOver)
    {
        if (failure is null)
        {
            Log.Sent(logger, id);
        }
        else if (isOver)
        {
            Log.GivenUp(logger, id, attempts);
        }

        var isFailing = failure?.Fault == DeliveryFault.Unavailable;
        if (isFailing && !_isFailing)
        {
            Log.Unavailable(logger, transport.Destination, failure!.Message);
        }
        else if (failure is null && _isFailing)
        {
            Log.AvailableAgain(logger, transport.Destination);
        }

        _isFailing = isFailing || (_isFailing && failure is not null);
    }

    /// <summary>A message that this server sends.</summary>
    /// <param name="Message">As it stands since it was taken.</param>
    /// <param name="Entrance">Null where its kind needs none, or there is none.</param>
    /// <param name="File">Null where none is attached, or it is gone.</param>
    private sealed record Claimed(OutboxMessage Message, Entrance? Entrance, byte[]? File)
    {
        /// <exception cref="DeliveryException">What it is about is gone.</exception>
        public void RequireComplete()
        {
            if (MessageTemplate.NeedsEntrance(Message.Kind) && Entrance is null)
            {
                throw new DeliveryException(
                    "The person is gone, or may not set a password here.", DeliveryFault.RefusedForGood);
            }

            if (Message.File is not null && File is null)
            {
                throw new DeliveryException(
                    "The license went to another account, and its file with it.", DeliveryFault.RefusedForGood);
            }
        }
    }

    /// <summary>What became of a message.</summary>
    private sealed record Outcome(MessageClaim Claim, Action<OutboxMessage> Note);
}
