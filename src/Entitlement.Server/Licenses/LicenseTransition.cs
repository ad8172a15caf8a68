using System.Text.Json;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Licenses;

/// <summary>A license that is to be suspended, reinstated or revoked, and why.</summary>
internal sealed class LicenseTransition
{
    private readonly LicenseName _name;
    private readonly string _action;
    private readonly string _reason;
    private readonly Func<License, DateTimeOffset, bool> _apply;

    /// <param name="name">The request's <c>name</c>.</param>
    /// <param name="reason">The request's <c>reason</c>.</param>
    /// <param name="action">What the audit trail calls it.</param>
    /// <param name="apply">Changes the license; tells whether that changed anything.</param>
    /// <exception cref="EntitlementException">The name or the reason breaks its rule.</exception>
    public LicenseTransition(string name, string reason, string action, Func<License, DateTimeOffset, bool> apply)
    {
        _name = LicenseName.Parse(name, "name");
        _reason = Text.Require(reason, "reason", 1, Text.MaxReasonLength);
        _action = action;
        _apply = apply;
    }

    /// <exception cref="EntitlementException">There is no such license, or it refuses.</exception>
    public async Task<Outcome> RunAsync(Change change, CancellationToken cancellationToken)
    {
        var license = await change.Db.Licenses.Named(_name).SingleOrDefaultAsync(cancellationToken)
            ?? throw Refusal.NotFound($"{_name}");
        var isChanged = _apply(license, change.Now);
        if (isChanged)
        {
            var leases = await ReturnLeasesOfRevokedAsync(change, license, cancellationToken);
            var details = new LicenseChanged(leases);
            change.Audit(
                _name.AccountId,
                _action,
                $"{_name}",
                JsonSerializer.Serialize(details, LicenseJson.Default.LicenseChanged),
                _reason);
        }

        return new Outcome($"{_name}", Existed: !isChanged);
    }

    /// <summary>
    /// For good, so nobody renews them; those of a license that is only suspended run to their own end.
    /// </summary>
    /// <returns>How much of each feature was given back; null when nothing was.</returns>
    private static async Task<Dictionary<string, int>?> ReturnLeasesOfRevokedAsync(
        Change change, License license, CancellationToken cancellationToken)
    {
        if (license.RevokeTime is null)
        {
            return null;
        }

        // The license first: it is what everybody locks who moves its leases.
        await change.Db.SaveChangesAsync(cancellationToken);
        var returned = await change.Db.ReturnLeasesAsync(license.Name, cancellationToken);
        return returned.Count == 0
            ? null
            : returned.ToDictionary(line => line.FeatureCode!, line => line.Held, StringComparer.Ordinal);
    }
}
