namespace Entitlement.Domain.Audit;

/// <summary>
/// That something was done, by whom, to what. Written in the transaction of what it records, and sealed in a block soon
/// after. It holds ids and numbers, never a name, an address or a secret; of people's own words only the reason that
/// they gave for a decision, which can be erased.
/// </summary>
public sealed class AuditRecord
{
    /// <summary>
    /// The <see cref="Block"/> of a record that is not sealed yet: behind all others in the one index that finds those
    /// of a block and those that wait.
    /// </summary>
    public const long NotSealed = long.MaxValue;

    private AuditRecord()
    {
    }

    /// <summary>
    /// The account it belongs to; the nil UUID for what belongs to the installation, because it is the first part of
    /// the key.
    /// </summary>
    public Guid AccountId { get; private init; }

    public Guid Id { get; private init; }

    public DateTimeOffset Time { get; private init; }

    /// <summary>
    /// Who did it: <c>operator</c> (a command), <c>bootstrap</c>, <c>users/{id}</c>, <c>serviceAccounts/{id}</c> or
    /// <c>instances/{thumbprint}</c>.
    /// </summary>
    public string Actor { get; private init; } = "";

    /// <summary>What was done, such as <c>license.suspend</c>.</summary>
    public string Action { get; private init; } = "";

    /// <summary>To what: a resource name.</summary>
    public string Resource { get; private init; } = "";

    /// <summary>What else matters, as a JSON object; <c>{}</c> when nothing does.</summary>
    public string Details { get; private init; } = "{}";

    /// <summary>Why, in the words of whoever did it; null when no reason was given, or when it was erased.</summary>
    public string? Reason { get; private init; }

    /// <summary>Random, 32 bytes; null as <see cref="Reason"/> is.</summary>
    public byte[]? ReasonSalt { get; private init; }

    /// <summary>What is sealed in the place of the reason, 32 bytes; null when none was given. Never erased.</summary>
    public byte[]? ReasonCommitment { get; private init; }

    /// <summary>Number of the block that it is sealed in; <see cref="NotSealed"/> until then.</summary>
    public long Block { get; private init; } = NotSealed;

    public static AuditRecord Create(
        Guid? accountId,
        string actor,
        string action,
        string resource,
        DateTimeOffset now,
        string details = "{}",
        AuditReason? reason = null) => new()
        {
            AccountId = accountId ?? Guid.Empty,
            Id = Guid.CreateVersion7(now),
            Time = now,
            Actor = actor,
            Action = action,
            Resource = resource,
            Details = details,
            Reason = reason?.Text,
            ReasonSalt = reason?.Salt,
            ReasonCommitment = reason?.Commitment,
        };
}

/// <summary>Why something was done, in somebody's own words.</summary>
/// <param name="Text">1 to 256 characters.</param>
/// <param name="Salt">Random bytes that keep the words from being found by trying.</param>
/// <param name="Commitment">What binds the record to salt and words.</param>
public sealed record AuditReason(string Text, byte[] Salt, byte[] Commitment);
