using System.Text.Json;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Licenses;

/// <summary>A license that is to grant other terms, and why.</summary>
/// <param name="Name">The license.</param>
/// <param name="Wanted">The new values.</param>
/// <param name="Fields">Which of them count.</param>
/// <param name="Reason">Why, for the audit trail.</param>
internal sealed record LicenseUpdate(LicenseName Name, V1.License Wanted, IReadOnlyCollection<string> Fields, string Reason)
{
    /// <exception cref="EntitlementException">The request breaks a rule that needs no license to be told.</exception>
    public static LicenseUpdate Parse(V1.UpdateLicenseRequest request) => new(
        LicenseName.Parse(request.Name, "name"),
        request.License ?? throw Refusal.InvalidArgument("license", "is required"),
        request.UpdateMask?.Paths ?? throw Refusal.InvalidArgument("update_mask", "is required"),
        Text.Require(request.Reason, "reason", 1, Text.MaxReasonLength));

    /// <exception cref="EntitlementException">There is no such license, or it refuses.</exception>
    public async Task<Outcome> RunAsync(Change change, CancellationToken cancellationToken)
    {
        var license = await change.Db.Licenses.Named(Name).SingleOrDefaultAsync(cancellationToken)
            ?? throw Refusal.NotFound($"{Name}");
        var before = license.ToTerms();
        if (!license.Change(before.With(Wanted, Fields), change.Now))
        {
            return new Outcome($"{Name}", Existed: true);
        }

        change.Audit(
            Name.AccountId,
            "license.update",
            $"{Name}",
            JsonSerializer.Serialize(
                new LicenseUpdated(TermsOf(before), TermsOf(license.ToTerms())), LicenseJson.Default.LicenseUpdated),
            Reason);
        await RequireRoomAsync(change.Db, license, cancellationToken);
        if (license.EndTime is { } end && (before.EndTime is null || end < before.EndTime))
        {
            await change.Db.CutLeasesAsync(license.Name, end, cancellationToken);
        }

        return new Outcome($"{Name}", Existed: false);
    }

    /// <summary>
    /// Seats are taken without a change of the terms, so that one may have been taken since the license was read. The row stays
    /// locked from here to the commit.
    /// </summary>
    private static async Task RequireRoomAsync(EntitlementDbContext db, License license, CancellationToken cancellationToken)
    {
        var (limit, overage) = (license.MachineLimit, license.MachineOverage);
        var rows = await db.Licenses
            .Where(row => row.AccountId == license.AccountId && row.Id == license.Id)
            .Where(row => row.MachinesHeld <= limit + overage || (row.MachineLimit <= limit && row.MachineOverage <= overage))
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(row => row.MachineLimit, limit)
                    .SetProperty(row => row.MachineOverage, overage)
                    .SetProperty(
                        row => row.MachineExcess,
                        row => row.MachinesHeld > limit + overage ? row.MachinesHeld - limit - overage : 0),
                cancellationToken);
        if (rows == 0)
        {
            throw new StaleReadException("More seats are held than when the license was read.");
        }
    }

    private static AuditedTerms TermsOf(LicenseTerms terms) => new(
        terms.Edition, $"{terms.ActivationMode}", terms.MachineLimit, terms.MachineOverage, terms.MachineMatch,
        terms.EndTime, terms.CareEndTime, terms.PerpetualOffline, terms.ReleaseLimit);
}
