using System.Text;
using Grpc.Core;

namespace Entitlement.Compat.Tests.Channels;

public sealed class MetadataTests
{
    [Theory]
    [InlineData("name")]
    [InlineData("x-request_id.2")]
    [InlineData("0")]
    public void Takes_letters_digits_underscores_hyphens_and_dots_as_key(string key) =>
        Assert.Equal(key, new Metadata.Entry(key, "value").Key);

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("line\nfeed")]
    [InlineData("schlüssel")]
    [InlineData("a:b")]
    [InlineData("a/b")]
    public void Refuses_any_other_key(string key)
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry(key, "value"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry(key, [1]));
    }

    [Fact]
    public void Keeps_keys_in_lower_case()
    {
        Assert.Equal("x-request-id", new Metadata.Entry("X-Request-ID", "1").Key);
        Assert.Equal("x-trace-bin", new Metadata.Entry("X-Trace-BIN", [1]).Key);
    }

    [Fact]
    public void Takes_bytes_for_keys_that_end_in_bin_and_text_for_others()
    {
        Assert.True(new Metadata.Entry("x-bin", [1]).IsBinary);
        Assert.False(new Metadata.Entry("x", "1").IsBinary);
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("x-bin", "text"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("x", [1]));
    }

    [Fact]
    public void Refuses_to_show_bytes_as_text()
    {
        var entry = new Metadata.Entry("x-bin", [0xff]);

        Assert.Throws<InvalidOperationException>(() => entry.Value);
    }

    [Fact]
    public void Shows_text_as_its_ascii_bytes() =>
        Assert.Equal(Encoding.ASCII.GetBytes("text"), new Metadata.Entry("x", "text").ValueBytes);

    [Fact]
    public void Keeps_bytes_apart_from_the_array_that_they_came_in_and_from_those_it_gives_out()
    {
        byte[] bytes = [1, 2, 3];
        var entry = new Metadata.Entry("x-bin", bytes);

        bytes[0] = 9;
        entry.ValueBytes[1] = 9;

        Assert.Equal([1, 2, 3], entry.ValueBytes);
    }

    [Fact]
    public void Finds_the_last_of_several_entries_and_all_in_their_order()
    {
        Metadata metadata = new() { { "a", "1" }, { "b", "2" }, { "a", "3" } };

        Assert.Equal("3", metadata.Get("a")?.Value);
        Assert.Equal("3", metadata.GetValue("a"));
        Assert.Equal(["1", "3"], metadata.GetAll("a").Select(entry => entry.Value));
    }

    [Fact]
    public void Finds_nothing_where_there_is_no_entry()
    {
        Metadata metadata = new() { { "a", "1" } };

        Assert.Null(metadata.Get("b"));
        Assert.Null(metadata.GetValue("b"));
        Assert.Null(metadata.GetValueBytes("b"));
        Assert.Empty(metadata.GetAll("b"));
    }

    [Fact]
    public void Gives_the_bytes_of_an_entry_by_its_key()
    {
        Metadata metadata = new() { { "a-bin", [1, 2] }, { "b", "x" } };

        Assert.Equal([1, 2], metadata.GetValueBytes("a-bin"));
        Assert.Equal([0x78], metadata.GetValueBytes("b"));
    }

    [Fact]
    public void Is_a_list()
    {
        Metadata.Entry first = new("a", "1"), second = new("b", "2"), third = new("c", "3");
        Metadata metadata = [first, third];

        metadata.Insert(1, second);
        Assert.Equal([first, second, third], metadata);
        Assert.Equal(2, metadata.IndexOf(third));
        Assert.Contains(second, metadata);

        Assert.True(metadata.Remove(second));
        Assert.False(metadata.Remove(second));
        metadata[0] = second;
        metadata.RemoveAt(1);
        var copy = new Metadata.Entry[2];
        metadata.CopyTo(copy, 1);
        Assert.Equal([null!, second], copy);

        metadata.Clear();
        Assert.Empty(metadata);
    }

    [Fact]
    public void Lets_nobody_fill_the_empty_one()
    {
        Assert.True(Metadata.Empty.IsReadOnly);
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("a", "1"));
        Assert.Throws<InvalidOperationException>(Metadata.Empty.Clear);
        Assert.Empty(Metadata.Empty);
    }

    [Fact]
    public async Task Reaches_the_server_and_comes_back_with_text_bytes_and_order_kept()
    {
        byte[] bytes = [0, 1, 0xfe, 0xff];
        IReadOnlyList<Metadata.Entry> seen = [];
        await using var host = await EchoHost.StartAsync(new EchoService
        {
            OnUnary = async (request, context) =>
            {
                seen = [.. context.RequestHeaders];
                await context.WriteResponseHeadersAsync(new Metadata { { "x-head", "h" }, { "x-head-bin", bytes } });
                context.ResponseTrailers.Add("X-Tail", "t");
                context.ResponseTrailers.Add("x-tail-bin", bytes);
                return EchoService.Reply(request.Text);
            },
        });

        using var call = host.OpenClient().UnaryAsync(
            new() { Text = "text" }, new Metadata { { "X-Text", "1" }, { "x-data-bin", bytes }, { "x-text", "2" } });
        var headers = await call.ResponseHeadersAsync;
        await call;

        Assert.Equal(bytes, seen.Single(entry => entry.Key is "x-data-bin").ValueBytes);
        // HTTP lets a sender join texts of one name.
        Assert.Equal("1, 2", string.Join(", ", seen.Where(entry => entry.Key is "x-text").Select(entry => entry.Value)));
        Assert.Equal("h", headers.GetValue("x-head"));
        Assert.Equal(bytes, headers.GetValueBytes("x-head-bin"));
        Assert.Equal("t", call.GetTrailers().GetValue("x-tail"));
        Assert.Equal(bytes, call.GetTrailers().GetValueBytes("x-tail-bin"));
    }
}
