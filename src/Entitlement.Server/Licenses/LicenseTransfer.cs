using System.Text.Json;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.Storage.Queries;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Licenses;

/// <summary>A license that is to be given to another account, and why.</summary>
/// <param name="Name">The license.</param>
/// <param name="To">The account that gets it.</param>
/// <param name="Reason">Why, for the audit trail.</param>
internal sealed record LicenseTransfer(LicenseName Name, AccountName To, string Reason)
{
    /// <exception cref="EntitlementException">The request breaks a rule that needs no license to be told.</exception>
    public static LicenseTransfer Parse(V1.TransferLicenseRequest request) => new(
        LicenseName.Parse(request.Name, "name"),
        AccountName.Parse(request.Account, "account"),
        Text.Require(request.Reason, "reason", 1, Text.MaxReasonLength));

    /// <exception cref="EntitlementException">License or account does not exist, or the license refuses.</exception>
    public async Task<Outcome> RunAsync(Change change, CancellationToken cancellationToken)
    {
        var license = await change.Db.Licenses.AsNoTracking().Named(Name).SingleOrDefaultAsync(cancellationToken)
            ?? throw Refusal.NotFound($"{Name}");
        if (!await change.Db.Accounts.AnyAsync(account => account.Id == To.AccountId, cancellationToken))
        {
            throw Refusal.NotFound($"{To}");
        }

        var moved = license.MoveTo(To);
        await change.Db.MoveLicenseAsync(license, To, cancellationToken);

        // What the former holder's people held on it, the new holder's have never been given.
        await change.Db.RoleAssignments.Where(one => one.ScopeId == license.Id).ExecuteDeleteAsync(cancellationToken);
        change.Touch(AccessThing.Account, license.AccountId);
        var details = JsonSerializer.Serialize(
            new LicenseTransferred($"{license.Name}", $"{moved.Name}", license.MachinesHeld),
            LicenseJson.Default.LicenseTransferred);
        change.Audit(license.AccountId, "license.transfer", $"{license.Name}", details, Reason);
        change.Audit(moved.AccountId, "license.receive", $"{moved.Name}", details, Reason);
        return new Outcome($"{moved.Name}", Existed: false);
    }
}
