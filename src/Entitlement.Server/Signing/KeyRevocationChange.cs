using System.Text.Json;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Signing;
using Entitlement.Formats;
using Entitlement.Server.Errors;
using Entitlement.Server.Idempotency;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Signing;

/// <summary>A list of revoked signing keys that is to be published.</summary>
internal sealed class KeyRevocationChange
{
    private const string Field = "key_revocation_list";

    private readonly RevokedKeyList _list;
    private readonly byte[] _file;

    /// <exception cref="EntitlementException"><see cref="FailureReason.KeyRevocationListInvalid"/>.</exception>
    public KeyRevocationChange(byte[] file, SigningKeys keys)
    {
        try
        {
            _list = RevokedKeyList.Read(file, [keys.Ring.RootCertificate]);
            _file = file;
        }
        catch (FileFormatException broken)
        {
            throw Refusal.KeyRevocationListInvalid(UpperSnakeCase.Of(broken.Code), broken.Member, broken.Rule, broken.Message);
        }
    }

    /// <summary>From the commit on no transaction issues what a key on the list has signed.</summary>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.KeyRevocationListOutdated"/>, or a key is missing that is revoked for good.
    /// </exception>
    public async Task<Outcome> RunAsync(Change change, CancellationToken cancellationToken)
    {
        var resource = FormattableString.Invariant($"keyRevocationLists/{_list.Number}");
        var newest = await change.Db.KeyRevocationLists.OrderByDescending(list => list.Number).FirstOrDefaultAsync(cancellationToken);
        if (newest is not null && newest.Number >= _list.Number)
        {
            return newest.Content.AsSpan().SequenceEqual(_file)
                ? new Outcome(resource, Existed: true)
                : throw Refusal.KeyRevocationListOutdated(_list.Number, newest.Number);
        }

        var revoked = await change.Db.IssuingStops
            .Where(stop => stop.Scope != IssuingStop.Everything)
            .Select(stop => stop.Scope)
            .ToListAsync(cancellationToken);
        if (revoked.Find(key => !_list.Revokes(key)) is { } missing)
        {
            throw Refusal.InvalidArgument(Field, $"must name every key that is revoked already, also {missing}");
        }

        var added = _list.Keys.Select(key => key.KeyId).Distinct(StringComparer.Ordinal).Except(revoked, StringComparer.Ordinal).ToList();
        change.Db.IssuingStops.AddRange(added.Select(key => IssuingStop.Revoke(key, change.Actor, resource, change.Now)));
        change.Db.KeyRevocationLists.Add(KeyRevocationList.Create(_list.Number, _file, change.Now));
        change.Audit(
            account: null,
            "keys.revoke",
            resource,
            JsonSerializer.Serialize(new KeysRevoked(added), SigningJson.Default.KeysRevoked));
        return new Outcome(resource, Existed: false);
    }
}
