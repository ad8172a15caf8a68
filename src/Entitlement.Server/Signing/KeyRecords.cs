using Entitlement.Domain.Signing;
using Entitlement.Formats;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
using Entitlement.Storage.Writing;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Signing;

/// <summary>
/// What the servers of one database tell each other of keys through it: each records the certificates of its own keys,
/// and all publish what is recorded, so that a key is known everywhere as soon as one server has it.
/// </summary>
internal sealed class KeyRecords(
    StorageEngine storage,
    Writer writer,
    SigningKeys keys,
    KeyRevocations revocations,
    Jwks jwks,
    TimeProvider clock,
    ILogger<KeyRecords> logger) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private volatile bool _isExchanged;

    /// <summary>
    /// Exchanges, unless that was done since the start: what is published must be whole, because others keep it, and a
    /// start has its callers to answer before it asks for more than it needs to sign.
    /// </summary>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        if (!_isExchanged)
        {
            await InTurnAsync(onlyTheFirst: true, cancellationToken);
        }
    }

    /// <summary>Records what this server has, and takes over what others have recorded.</summary>
    public Task ExchangeAsync(CancellationToken cancellationToken) => InTurnAsync(onlyTheFirst: false, cancellationToken);

    public void Dispose() => _turn.Dispose();

    private async Task InTurnAsync(bool onlyTheFirst, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!onlyTheFirst || !_isExchanged)
            {
                await ExchangeNowAsync(cancellationToken);
                _isExchanged = true;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task ExchangeNowAsync(CancellationToken cancellationToken)
    {
        var recorded = await storage.ReadPublishedKeysAsync(revocations.Number, cancellationToken);
        var added = keys.Ring.Keys.Where(key => !recorded.Certificates.ContainsKey(key.KeyId))
            .Select(key => PublishedKey.Create(key.KeyId, key.Certificate.RawData, clock.GetUtcNow().ToWholeMilliseconds()))
            .ToList();
        if (added.Count > 0)
        {
            await writer.RunAsync((change, token) => RecordAsync(change, added, token), cancellationToken);
        }

        Learn(recorded.NewestList);
        jwks.Renew(recorded.Certificates.Values.Concat(added.Select(key => key.Certificate)));
    }

    /// <summary>Another server may record the same key at the same time; then it is found the next time.</summary>
    private static async Task<bool> RecordAsync(
        EntitlementDbContext db, IEnumerable<PublishedKey> added, CancellationToken cancellationToken)
    {
        foreach (var key in added)
        {
            if (!await db.PublishedKeys.AnyAsync(row => row.KeyId == key.KeyId, cancellationToken))
            {
                db.PublishedKeys.Add(key);
            }
        }

        return true;
    }

    private void Learn(PublishedList? newest)
    {
        if (newest is not null
            && revocations.Learn(RevokedKeyList.Read(newest.Content, [keys.Ring.RootCertificate]), newest.Content))
        {
            Log.RevocationsLearnt(logger, newest.Number, revocations.List!.Keys.Length);
        }
    }
}
