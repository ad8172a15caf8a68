using System.Data.Common;
using System.Threading.Channels;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Notifications;
using Entitlement.Storage;
using Entitlement.Storage.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.SignIn;

/// <summary>
/// Sends links to set a password, after the answer to whoever asked: what is done for an address that somebody has, and not
/// for others, can't be seen by the answer's delay. A server that dies in between has sent none, and they are asked for again.
/// </summary>
internal sealed class LinkRequests(
    Writer writer, StorageEngine storage, IOptions<SignInOptions> options, TimeProvider clock, ILogger<LinkRequests> logger)
    : BackgroundService
{
    private const int MaxWaiting = 1_000;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Channel<string> _waiting = Channel.CreateBounded<string>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    /// <param name="email">In the one spelling that is compared.</param>
    /// <exception cref="EntitlementException"><see cref="FailureReason.TooBusy"/>.</exception>
    public void Add(string email)
    {
        if (!_waiting.Writer.TryWrite(email))
        {
            throw Refusal.TooBusy(RetryAfter);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // What was answered for is done before the server ends.
        _waiting.Writer.TryComplete();
        if (ExecuteTask is { } work)
        {
            await work.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var email in _waiting.Reader.ReadAllAsync(CancellationToken.None))
        {
            await TrySendAsync(email);
        }
    }

    private async Task TrySendAsync(string email)
    {
        try
        {
            await writer.RunAsync((db, token) => SendAsync(db, email, token), CancellationToken.None);
        }
        catch (Exception failure) when (
            failure is DbException or EntitlementException || storage.Classify(failure) != StorageFault.None)
        {
            Log.LinkNotSent(logger, failure);
        }
    }

    private async Task<bool> SendAsync(EntitlementDbContext db, string email, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().ToWholeMilliseconds();
        var since = now - Hour;
        var person = await db.EmailEntries
            .Where(entry => entry.Email == email)
            .Join(db.Users, entry => entry.UserId, user => user.Id, (_, user) => user)
            .SingleOrDefaultAsync(cancellationToken);
        if (person is not { IsEnabled: true })
        {
            return false;
        }

        var sent = await db.OutboxMessages.CountAsync(
            message => message.PersonId == person.Id
                && message.Kind == MessageKind.PasswordReset
                && message.CreateTime > since,
            cancellationToken);
        if (sent >= options.Value.MaxLinksPerHour)
        {
            return false;
        }

        db.Send(new Recipient(person.Id, email, person.DisplayName), MessageContent.PasswordReset(), now);
        return true;
    }
}
