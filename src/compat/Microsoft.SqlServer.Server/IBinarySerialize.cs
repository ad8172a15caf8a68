namespace Microsoft.SqlServer.Server;

/// <summary>A type that writes and reads its own bytes; see <see cref="Format.UserDefined"/>.</summary>
public interface IBinarySerialize
{
    /// <summary>Fills this instance from what <see cref="Write"/> wrote.</summary>
    /// <param name="r">Stands at the first byte of the value.</param>
    void Read(BinaryReader r);

    /// <summary>Writes all that <see cref="Read"/> needs.</summary>
    /// <param name="w">Takes the bytes of the value.</param>
    void Write(BinaryWriter w);
}
