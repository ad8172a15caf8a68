namespace Microsoft.SqlServer.Server;

/// <summary>How a CLR user-defined type is turned into bytes.</summary>
public enum Format
{
    /// <summary>Not said.</summary>
    Unknown = 0,

    /// <summary>Field by field, by the database's own serializer.</summary>
    Native = 1,

    /// <summary>By the type itself; see <see cref="IBinarySerialize"/>.</summary>
    UserDefined = 2,
}
