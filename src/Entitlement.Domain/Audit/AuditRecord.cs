namespace Entitlement.Domain.Audit;

/// <summary>
/// That something was done, by whom, to what. Written in the transaction of what it records. It holds ids and numbers,
/// never a name, an address or a secret; of people's own words only the reason that they gave for a decision.
/// </summary>
public sealed class AuditRecord
{
    private AuditRecord()
    {
    }

    /// <summary>
    /// The account it belongs to; the nil UUID for what belongs to the installation, because it is the first part of the
    /// key.
    /// </summary>
    public Guid AccountId { get; private init; }

    public Guid Id { get; private init; }

    public DateTimeOffset Time { get; private init; }

    /// <summary>
    /// Who did it: <c>operator</c> (a command), <c>bootstrap</c>, <c>administrators/{id}</c> or
    /// <c>instances/{thumbprint}</c>.
    /// </summary>
    public string Actor { get; private init; } = "";

    /// <summary>What was done, such as <c>license.suspend</c>.</summary>
    public string Action { get; private init; } = "";

    /// <summary>To what: a resource name.</summary>
    public string Resource { get; private init; } = "";

    /// <summary>What else matters, as a JSON object; <c>{}</c> when nothing does.</summary>
    public string Details { get; private init; } = "{}";

    public static AuditRecord Create(
        Guid? accountId, string actor, string action, string resource, DateTimeOffset now, string details = "{}") => new()
        {
            AccountId = accountId ?? Guid.Empty,
            Id = Guid.CreateVersion7(now),
            Time = now,
            Actor = actor,
            Action = action,
            Resource = resource,
            Details = details,
        };
}
