namespace Entitlement.Client.Audit;

/// <summary>What is wrong with an audit trail. A closed list.</summary>
public enum AuditFault
{
    /// <summary>A block is not there: in the middle, or at the end, where a head says that there was one.</summary>
    BlockMissing,

    /// <summary>A block is not what was signed, or stands in the place of another.</summary>
    BlockAltered,

    /// <summary>A block was signed by a key that no pinned root vouches for.</summary>
    BlockUntrusted,

    /// <summary>A block does not follow the one before it: one of the two was replaced.</summary>
    ChainBroken,

    /// <summary>The list of a block's records is not the one that was sealed.</summary>
    EntriesAltered,

    /// <summary>A record that was sealed is not there, or claims to be of another block.</summary>
    RecordMissing,

    /// <summary>A record does not say what was sealed.</summary>
    RecordAltered,

    /// <summary>A record claims to be of a block that does not hold it.</summary>
    RecordInserted,

    /// <summary>The words of a reason are not those that were given. (That they were erased is no fault.)</summary>
    ReasonAltered,

    /// <summary>A license file was issued, and there is no record of it.</summary>
    GenerationUnrecorded,

    /// <summary>The service gives no head: it has no key to sign one with, or can't read the trail's end.</summary>
    HeadMissing,

    /// <summary>A head is not one of a service that a pinned root vouches for.</summary>
    HeadUntrusted,

    /// <summary>The trail has another block than the one that a head names: it was replaced.</summary>
    HeadContradicted,
}

/// <summary>One thing that is wrong with an audit trail.</summary>
/// <param name="Fault">What it is.</param>
/// <param name="Subject">What is meant: <c>block 7</c>, a record or an activation by its name, or <c>head</c>.</param>
/// <param name="Message">The same in a sentence.</param>
public sealed record AuditFinding(AuditFault Fault, string Subject, string Message);
