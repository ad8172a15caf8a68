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
    public void Lets_exactly_one_of_many_create_a_file()
    {
        const int Callers = 4;
        var state = new StateDirectory(_parent.File("state"));
        foreach (var round in Enumerable.Range(0, 200))
        {
            using var start = new Barrier(Callers);
            var created = new bool[Callers];
            var threads = Enumerable.Range(0, Callers)
                .Select(caller => new Thread(() =>
                {
                    start.SignalAndWait();
                    created[caller] = state.TryCreate($"file-{round}", [(byte)caller]);
                }))
                .ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());

            Assert.Single(created, true);
            Assert.Equal(Array.IndexOf(created, true), state.Read($"file-{round}")![0]);
        }
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
