using System.Security.Cryptography.X509Certificates;
using Entitlement.Domain.Signing;
using Entitlement.Storage;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Signing;

/// <summary>Tells whether license files are issued, and by which keys.</summary>
internal sealed class IssuingStatusReader(
    EntitlementDbContext db, SigningKeys keys, KeyRecords records, KeyRevocations revocations, TimeProvider clock)
{
    public async Task<V1.IssuingStatus> ReadAsync(CancellationToken cancellationToken)
    {
        await records.ReadyAsync(cancellationToken);
        var halt = await db.IssuingStops.SingleOrDefaultAsync(stop => stop.Scope == IssuingStop.Everything, cancellationToken);
        var recorded = await db.PublishedKeys.ToListAsync(cancellationToken);
        return new V1.IssuingStatus
        {
            Halt = halt is null
                ? null
                : new V1.IssuingHalt { HaltTime = halt.StopTime.ToTimestamp(), Actor = halt.Actor, Reason = halt.Reason },
            SigningKeys = { recorded.Select(ToMessage).OrderBy(key => key.SignTime).ThenBy(key => key.KeyId, StringComparer.Ordinal) },
            RevocationListNumber = revocations.Number,
            RevocationListDue = revocations.List?.NextUpdate.ToTimestamp(),
        };
    }

    private V1.SigningKey ToMessage(PublishedKey key)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(key.Certificate);
        return new V1.SigningKey
        {
            KeyId = key.KeyId,
            State = StateOf(key.KeyId, certificate),
            SignTime = certificate.NotBefore.ToUniversalTime().ToTimestamp(),
            EndTime = certificate.NotAfter.ToUniversalTime().ToTimestamp(),
        };
    }

    private V1.SigningKeyState StateOf(string keyId, X509Certificate2 certificate)
    {
        if (revocations.Revokes(keyId))
        {
            return V1.SigningKeyState.Revoked;
        }

        if (keyId == keys.Current?.KeyId)
        {
            return V1.SigningKeyState.Current;
        }

        return certificate.NotBefore.ToUniversalTime() > clock.GetUtcNow().UtcDateTime
            ? V1.SigningKeyState.Prepared
            : V1.SigningKeyState.Retired;
    }
}
