namespace Entitlement.Domain.Errors;

/// <content>What the audit trail stands in the way of.</content>
public static partial class Refusal
{
    public static EntitlementException AuditKeyUnusable() =>
        new(FailureReason.AuditKeyUnusable,
            "This service has no audit key that can sign now, so its audit trail is not sealed. Its operator makes one with "
            + "'entitle keys init' where the root key is, and starts the service with it.");

    /// <param name="reference">Under which the log has the cause.</param>
    public static EntitlementException AuditRecordRefused(string reference) =>
        new(FailureReason.AuditRecordRefused,
            "The database takes no audit record of this, so it was not done. The operator of the service finds the cause in its "
            + $"log under {reference}.",
            ("reference", reference));

    public static EntitlementException AuditBlockUnreadable() =>
        new(FailureReason.AuditBlockUnreadable,
            "The last block of the audit trail can't be read: it was altered. Verify the trail, and restore it from a backup.");
}
