using Entitlement.Domain.Names;
using Entitlement.Domain.Signing;
using Entitlement.Formats;
using Entitlement.Storage;
using Entitlement.Storage.Writing;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Signing;

/// <summary>
/// The list of revoked license files (<c>.rl</c>): those whose activation has ended, or whose license was revoked, and
/// which run on by themselves. Made when somebody asks, at most once a minute on each server, and written down, so that
/// all servers give the same; a new one is made only when something changed or the one at hand grows old.
/// </summary>
internal sealed class RevokedFiles(
    IDbContextFactory<EntitlementDbContext> contexts,
    Writer writer,
    SigningKeys keys,
    KeyRecords records,
    KeyRevocations revocations,
    TimeProvider clock,
    ILogger<RevokedFiles> logger) : IDisposable
{
    /// <summary>How long after a release or a revocation the list may still be without it.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    /// <summary>From its issue to its <c>exp</c>; a list is renewed from half of it.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(14);

    private readonly SemaphoreSlim _turn = new(1);
    private volatile Made? _made;

    /// <summary>The whole file.</summary>
    /// <exception cref="Domain.Errors.EntitlementException">There is no key to sign with.</exception>
    public async Task<ReadOnlyMemory<byte>> GetAsync(CancellationToken cancellationToken)
    {
        if (Fresh() is { } at)
        {
            return at;
        }

        await records.ReadyAsync(cancellationToken);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (Fresh() is { } meanwhile)
            {
                return meanwhile;
            }

            var content = await MakeAsync(cancellationToken);
            _made = new Made(content, clock.GetTimestamp());
            return content;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private byte[]? Fresh() =>
        _made is { } made && clock.GetElapsedTime(made.At) < MaxAge ? made.Content : null;

    private async Task<byte[]> MakeAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().ToWholeMilliseconds();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var last = await db.RevocationLists.OrderByDescending(list => list.Number).FirstOrDefaultAsync(cancellationToken);
        var entries = await ListAsync(db, now, cancellationToken);
        if (last is not null && StillHolds(last.Content, entries, now))
        {
            return last.Content;
        }

        var key = keys.RequireCurrent();
        var number = RevocationList.NextNumber(last?.Number ?? 0, now);
        var content = RevokedActivationList.Write(
            number, now, now + Lifetime, entries, key.KeyId, key.Certificate.RawData, key.Sign);
        return await RecordAsync(RevocationList.Create(number, content, now), cancellationToken);
    }

    /// <summary>Of two servers that make the same number one is beaten, and gives the other's list.</summary>
    private async Task<byte[]> RecordAsync(RevocationList made, CancellationToken cancellationToken)
    {
        try
        {
            return await writer.RunOnceAsync(
                async (db, token) =>
                {
                    await db.RevocationLists.Where(list => list.Number < made.Number).ExecuteDeleteAsync(token);
                    db.RevocationLists.Add(made);
                    return made.Content;
                },
                cancellationToken);
        }
        catch (StaleReadException)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            return (await db.RevocationLists.SingleAsync(list => list.Number == made.Number, cancellationToken)).Content;
        }
    }

    private bool StillHolds(byte[] content, Dictionary<string, int> entries, DateTimeOffset now)
    {
        try
        {
            var list = RevokedActivationList.Read(content, [keys.Ring.RootCertificate], revocations.List);
            return list.ExpireTime - now > Lifetime / 2
                && list.Activations.Count == entries.Count
                && entries.All(entry => list.Activations.TryGetValue(entry.Key, out var generation) && generation == entry.Value);
        }
        catch (FileFormatException)
        {
            // Its key was revoked meanwhile, or is of another root.
            return false;
        }
    }

    private async Task<Dictionary<string, int>> ListAsync(
        EntitlementDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ended = await db.Activations
            .Where(activation => activation.EndTime != null && activation.Generation > 0)
            .Where(activation => activation.FileExpireTime == null || activation.FileExpireTime > now)
            .OrderByDescending(activation => activation.EndTime)
            .Take(RevokedActivationList.MaxActivations + 1)
            .Select(activation => new { activation.AccountId, activation.LicenseId, activation.Id, activation.Generation })
            .ToListAsync(cancellationToken);
        var revoked = await db.Licenses
            .Where(license => license.RevokeTime != null)
            .Join(
                db.Activations.Where(activation => activation.EndTime == null && activation.Generation > 0),
                license => new { license.AccountId, LicenseId = license.Id },
                activation => new { activation.AccountId, activation.LicenseId },
                (license, activation) => new { license.RevokeTime, Activation = activation })
            .Where(row => row.Activation.FileExpireTime == null || row.Activation.FileExpireTime > now)
            .OrderByDescending(row => row.RevokeTime)
            .Take(RevokedActivationList.MaxActivations + 1)
            .Select(row => new { row.Activation.AccountId, row.Activation.LicenseId, row.Activation.Id, row.Activation.Generation })
            .ToListAsync(cancellationToken);
        if (ended.Count + revoked.Count > RevokedActivationList.MaxActivations)
        {
            Log.RevocationListCut(logger, RevokedActivationList.MaxActivations);
        }

        var rows = revoked.Concat(ended)
            .Select(row => (Name: new ActivationName(row.AccountId, row.LicenseId, row.Id), row.Generation))
            .ToList();
        var former = await ListFormerHoldersAsync(db, cancellationToken);
        return rows
            .Concat(rows.SelectMany(row => former[row.Name.License].Select(holder => row with { Name = holder.Of(row.Name) })))
            .Take(RevokedActivationList.MaxActivations)
            .ToDictionary(row => $"{row.Name}", row => row.Generation, StringComparer.Ordinal);
    }

    /// <summary>Files of before a transfer bear the former holder's name; transfers are few.</summary>
    private static async Task<ILookup<LicenseName, Former>> ListFormerHoldersAsync(
        EntitlementDbContext db, CancellationToken cancellationToken)
    {
        var rows = await db.FormerHolders.ToListAsync(cancellationToken);
        return rows.ToLookup(row => new LicenseName(row.AccountId, row.LicenseId), row => new Former(row.FormerAccountId));
    }

    private readonly record struct Former(Guid AccountId)
    {
        public ActivationName Of(ActivationName now) => now with { AccountId = AccountId };
    }

    private sealed record Made(byte[] Content, long At);
}
