namespace Microsoft.SqlServer.Server;

/// <summary>Marks a class or struct as a CLR user-defined type of SQL Server.</summary>
/// <param name="format">How its values are serialized.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, AllowMultiple = false, Inherited = false)]
public sealed class SqlUserDefinedTypeAttribute(Format format) : Attribute
{
    /// <summary>How values are serialized.</summary>
    public Format Format { get; } = format is Format.Native or Format.UserDefined
        ? format
        : throw new ArgumentOutOfRangeException(nameof(format), format, "A user-defined type is serialized natively or by itself.");

    /// <summary>Whether the order of the bytes is the order of the values, so that the server may compare and index them.</summary>
    public bool IsByteOrdered { get; set; }

    /// <summary>Whether all values take the same number of bytes.</summary>
    public bool IsFixedLength { get; set; }

    /// <summary>The most bytes a value takes: 1 to 8,000, or -1 for up to 2 GB.</summary>
    public int MaxByteSize { get; set; }

    /// <summary>The name of the type in the database; null for the name of the class.</summary>
    public string? Name { get; set; }

    /// <summary>The method that checks a value that came as bytes; null when there is none.</summary>
    public string? ValidationMethodName { get; set; }
}
