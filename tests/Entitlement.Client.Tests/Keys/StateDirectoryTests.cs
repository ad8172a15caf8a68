using System.Text;
using Entitlement.Client.Tests.Support;

namespace Entitlement.Client.Tests.Keys;

public sealed class StateDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _parent = new();

    public void Dispose() => _parent.Dispose();

    [Fact]
    public void Creates_a_file_only_where_there_is_none()
    {
        var state = new StateDirectory(_parent.File("state"));

        Assert.True(state.TryCreate("key", "first"u8));
        Assert.False(state.TryCreate("key", "second"u8));

        Assert.Equal("first", state.ReadText("key"));
    }

    [Fact]
    public void Puts_a_file_in_the_place_of_another_and_leaves_nothing_beside_it()
    {
        var state = new StateDirectory(_parent.File("state"));
        state.Write("license", "old and longer"u8);

        state.Write("license", "new"u8);

        Assert.Equal("new", Encoding.UTF8.GetString(state.Read("license")!));
        Assert.Equal(["license"], Directory.GetFiles(_parent.File("state")).Select(Path.GetFileName));
    }

    [Fact]
    public void Reads_nothing_where_there_is_no_file() =>
        Assert.Null(new StateDirectory(_parent.File("state")).Read("none"));
}
