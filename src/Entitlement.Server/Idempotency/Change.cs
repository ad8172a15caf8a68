using System.Globalization;
using Entitlement.Domain.Audit;
using Entitlement.Domain.Notifications;
using Entitlement.Formats.Audit;
using Entitlement.Storage;
using Entitlement.Storage.Access;

namespace Entitlement.Server.Idempotency;

/// <summary>What a change is made with: its transaction, and what the audit trail says of it.</summary>
/// <param name="Db">The context of the transaction; saved by whoever runs the change.</param>
/// <param name="Actor">Who makes it.</param>
/// <param name="Now">When: in whole milliseconds, as it is stored.</param>
internal sealed record Change(EntitlementDbContext Db, string Actor, DateTimeOffset Now)
{
    private readonly HashSet<(AccessThing Kind, Guid Id)> _touched = [];

    /// <summary>Says that it alters who may do what to a thing, so that everybody who remembers the thing reads it anew.</summary>
    /// <param name="kind">What kind of thing.</param>
    /// <param name="id">Its id; the nil UUID for the roles and for the system.</param>
    public void Touch(AccessThing kind, Guid id = default) => _touched.Add((kind, id));

    /// <summary>Ends the change: whoever raises the clock of access does so last.</summary>
    /// <param name="outcome">What the change led to.</param>
    /// <param name="cancellationToken">Stops before the next statement.</param>
    /// <returns>The same, with the version from which on the change is seen.</returns>
    public async Task<Outcome> EndAsync(Outcome outcome, CancellationToken cancellationToken) => _touched.Count == 0
        ? outcome
        : outcome with { AccessVersion = await Db.RaiseAsync(_touched, cancellationToken) };

    /// <param name="account">The account that it belongs to; null for the installation.</param>
    /// <param name="action">What was done, such as <c>license.suspend</c>.</param>
    /// <param name="resource">To what.</param>
    /// <param name="details">What else matters, as a JSON object of ids and numbers.</param>
    /// <param name="reason">Why, in the caller's words, which are not sealed and can be erased; null for none.</param>
    public void Audit(Guid? account, string action, string resource, string details = "{}", string? reason = null) =>
        Db.AuditRecords.Add(AuditRecord.Create(account, Actor, action, resource, Now, details, Commit(reason)));

    /// <summary>Has a message sent, if and only if the change takes effect. It must hold no secret.</summary>
    public void Send(Recipient to, MessageContent content) => Db.Send(to, content, Now);

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
/// <param name="AccessVersion">From which version of the clock of access on it is seen by everybody; 0 when it altered nobody's access.</param>
internal readonly record struct Outcome(string Resource, bool Existed, long AccessVersion = 0)
{
    /// <summary>For the answer: what a later call sends along to be judged by this change too.</summary>
    public string ConsistencyToken => AccessVersion.ToString(CultureInfo.InvariantCulture);
}
