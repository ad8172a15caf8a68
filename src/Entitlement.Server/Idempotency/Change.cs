using Entitlement.Domain.Audit;
using Entitlement.Formats.Audit;
using Entitlement.Storage;

namespace Entitlement.Server.Idempotency;

/// <summary>What a change is made with: its transaction, and what the audit trail says of it.</summary>
/// <param name="Db">The context of the transaction; saved by whoever runs the change.</param>
/// <param name="Actor">Who makes it.</param>
/// <param name="Now">When: in whole milliseconds, as it is stored.</param>
internal sealed record Change(EntitlementDbContext Db, string Actor, DateTimeOffset Now)
{
    /// <param name="account">The account that it belongs to; null for the installation.</param>
    /// <param name="action">What was done, such as <c>license.suspend</c>.</param>
    /// <param name="resource">To what.</param>
    /// <param name="details">What else matters, as a JSON object of ids and numbers.</param>
    /// <param name="reason">Why, in the caller's words, which are not sealed and can be erased; null for none.</param>
    public void Audit(Guid? account, string action, string resource, string details = "{}", string? reason = null) =>
        Db.AuditRecords.Add(AuditRecord.Create(account, Actor, action, resource, Now, details, Commit(reason)));

    private static AuditReason? Commit(string? reason)
    {
        if (reason is null)
        {
            return null;
        }

        var salt = AuditReasonCommitment.NewSalt();
        return new AuditReason(reason, salt, AuditReasonCommitment.Of(salt, reason));
    }
}

/// <summary>What a call led to.</summary>
/// <param name="Resource">Name of the resource that it is about.</param>
/// <param name="Existed">Whether the resource stood there before, so that the call changed nothing.</param>
internal readonly record struct Outcome(string Resource, bool Existed);
