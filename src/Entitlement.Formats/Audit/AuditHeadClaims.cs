namespace Entitlement.Formats.Audit;

/// <summary>The claims of a head of the audit trail: how far it reached when somebody asked.</summary>
public sealed record AuditHeadClaims
{
    /// <summary><c>iss</c>: the service whose trail it is. 1 to 256 characters.</summary>
    public required string Issuer { get; init; }

    /// <summary><c>number</c>: of the last block; 0 when nothing was sealed yet.</summary>
    public required long Number { get; init; }

    /// <summary><c>iat</c>: when it was asked for, in whole seconds.</summary>
    public required DateTimeOffset IssueTime { get; init; }

    /// <summary><c>block</c>: SHA-256 of the last block's signing input; 32 bytes of zero when there is none.</summary>
    public required ReadOnlyMemory<byte> Block { get; init; }

    /// <summary><c>total</c>: how many records the blocks hold.</summary>
    public required long Total { get; init; }
}
