namespace Entitlement.Client.Audit;

/// <summary>What verifying an audit trail led to.</summary>
public sealed class AuditReport
{
    /// <summary>More findings than this are only counted: one fault may lead to many.</summary>
    public const int MaxFindings = 100;

    private readonly List<AuditFinding> _findings = [];

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsWhole => FindingCount == 0;

    /// <summary>What is wrong, in the order of the trail; at most <see cref="MaxFindings"/>.</summary>
    public IReadOnlyList<AuditFinding> Findings => _findings;

    /// <summary>How much is wrong altogether.</summary>
    public long FindingCount { get; private set; }

    /// <summary>Blocks read.</summary>
    public long Blocks { get; internal set; }

    /// <summary>Sealed records read.</summary>
    public long SealedRecords { get; internal set; }

    /// <summary>Records that are not sealed yet, or were not when the verification began.</summary>
    public long UnsealedRecords { get; internal set; }

    /// <summary>When the oldest record that no block holds was made; null when all are sealed.</summary>
    public DateTimeOffset? OldestUnsealed { get; internal set; }

    /// <summary>Reasons whose words were erased.</summary>
    public long ErasedReasons { get; internal set; }

    /// <summary>Activations whose generations were looked for among the records.</summary>
    public long Activations { get; internal set; }

    internal void Add(AuditFault fault, string subject, string message)
    {
        FindingCount++;
        if (_findings.Count < MaxFindings)
        {
            _findings.Add(new AuditFinding(fault, subject, message));
        }
    }
}
