using System.Data;
using System.Data.SqlTypes;
using System.Reflection;
using Microsoft.Data.SqlClient;
using Microsoft.Data.SqlClient.Server;
using Microsoft.SqlServer.Server;

namespace Entitlement.Compat.Tests.SqlServer;

public sealed class SqlClientTests
{
    [Fact]
    public async Task A_command_with_parameters_gets_as_far_as_the_connection()
    {
        // Nobody listens on port 1.
        await using var connection = new SqlConnection(
            "Server=tcp:127.0.0.1,1;Encrypt=false;Connect Timeout=5;ConnectRetryCount=0");
        await using var command = new SqlCommand("SELECT @text, @number, @point", connection);
        command.Parameters.AddWithValue("@text", "text");
        command.Parameters.Add("@number", SqlDbType.Int).Value = 7;
        command.Parameters.Add(new SqlParameter("@point", SqlDbType.Udt) { UdtTypeName = "dbo.Point", Value = new Point() });

        await Assert.ThrowsAsync<SqlException>(() => connection.OpenAsync());

        Assert.Equal(["text", 7, command.Parameters["@point"].Value], command.Parameters.Cast<SqlParameter>().Select(p => p.Value));
    }

    [Fact]
    public void A_type_of_the_user_writes_and_reads_itself()
    {
        var record = new SqlDataRecord(new SqlMetaData("point", SqlDbType.Udt, typeof(Point)));

        record.SetValue(0, new Point { X = 3, Y = -4 });

        var point = Assert.IsType<Point>(record.GetValue(0));
        Assert.Equal((3, -4), (point.X, point.Y));
    }

    [Fact]
    public void What_a_type_says_of_itself_is_read_from_its_attribute()
    {
        var data = new SqlMetaData("point", SqlDbType.Udt, typeof(Point));

        Assert.Equal(typeof(Point), data.Type);
        Assert.Equal(8, data.MaxLength);
    }

    [Fact]
    public void A_type_without_the_attribute_is_refused_by_name()
    {
        var failure = Assert.Throws<InvalidUdtException>(() => new SqlMetaData("plain", SqlDbType.Udt, typeof(Plain)));

        Assert.Contains(typeof(Plain).FullName!, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_attribute_holds_what_it_is_given()
    {
        var attribute = typeof(Point).GetCustomAttribute<SqlUserDefinedTypeAttribute>();

        Assert.NotNull(attribute);
        Assert.Equal((Format.UserDefined, 8), (attribute.Format, attribute.MaxByteSize));
        Assert.True(attribute.IsByteOrdered);
        Assert.True(attribute.IsFixedLength);
        Assert.Equal("Point", attribute.Name);
        Assert.Null(attribute.ValidationMethodName);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SqlUserDefinedTypeAttribute(Format.Unknown));
    }

    private sealed class Plain;

    [SqlUserDefinedType(Format.UserDefined, IsByteOrdered = true, IsFixedLength = true, MaxByteSize = 8, Name = "Point")]
    private sealed class Point : INullable, IBinarySerialize
    {
        public static Point Null => new() { IsNull = true };

        public bool IsNull { get; private init; }

        public int X { get; set; }

        public int Y { get; set; }

        public void Read(BinaryReader r) => (X, Y) = (r.ReadInt32(), r.ReadInt32());

        public void Write(BinaryWriter w)
        {
            w.Write(X);
            w.Write(Y);
        }
    }
}
