namespace Entitlement.Storage;

/// <summary>What an exception says about the database.</summary>
public enum StorageFault
{
    /// <summary>Nothing: it comes from elsewhere.</summary>
    None,

    /// <summary>A row with this key stands there already.</summary>
    UniqueViolation,

    /// <summary>
    /// A check or a foreign key of the schema refused the row: a fault of ours, stopped by the second line of defence.
    /// </summary>
    ConstraintViolation,

    /// <summary>The audit record of a change was refused for one of these reasons, and so the change.</summary>
    NotRecorded,

    /// <summary>What was read was changed meanwhile by another transaction.</summary>
    Conflict,

    /// <summary>Too much to do at the moment, or a deadlock: the same again may succeed.</summary>
    Busy,

    /// <summary>No connection, no space, no file.</summary>
    Unreachable,
}
