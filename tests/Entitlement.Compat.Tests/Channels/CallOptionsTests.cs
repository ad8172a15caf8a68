using Grpc.Core;

namespace Entitlement.Compat.Tests.Channels;

public sealed class CallOptionsTests
{
    private static readonly DateTime Deadline = new(2040, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private static readonly CallCredentials Credentials = CallCredentials.FromInterceptor((_, _) => Task.CompletedTask);

    [Fact]
    public void Without_arguments_asks_for_nothing()
    {
        var options = new CallOptions();

        Assert.Null(options.Headers);
        Assert.Null(options.Deadline);
        Assert.Equal(CancellationToken.None, options.CancellationToken);
        Assert.Null(options.WriteOptions);
        Assert.Null(options.PropagationToken);
        Assert.Null(options.Credentials);
        Assert.False(options.IsWaitForReady);
    }

    [Fact]
    public void Holds_what_it_is_made_of()
    {
        using var source = new CancellationTokenSource();
        Metadata headers = [];
        var write = new WriteOptions(WriteFlags.NoCompress);

        var options = new CallOptions(headers, Deadline, source.Token, write, null, Credentials);

        Assert.Same(headers, options.Headers);
        Assert.Equal(Deadline, options.Deadline);
        Assert.Equal(source.Token, options.CancellationToken);
        Assert.Same(write, options.WriteOptions);
        Assert.Same(Credentials, options.Credentials);
    }

    [Fact]
    public void Each_change_makes_a_copy_and_leaves_the_rest()
    {
        using var source = new CancellationTokenSource();
        Metadata headers = [];
        var write = new WriteOptions(WriteFlags.BufferHint);
        var empty = new CallOptions();

        var options = empty
            .WithHeaders(headers)
            .WithDeadline(Deadline)
            .WithCancellationToken(source.Token)
            .WithWriteOptions(write)
            .WithCredentials(Credentials)
            .WithWaitForReady();

        Assert.Same(headers, options.Headers);
        Assert.Equal(Deadline, options.Deadline);
        Assert.Equal(source.Token, options.CancellationToken);
        Assert.Same(write, options.WriteOptions);
        Assert.Same(Credentials, options.Credentials);
        Assert.True(options.IsWaitForReady);
        Assert.False(options.WithWaitForReady(false).IsWaitForReady);
        Assert.Null(empty.Headers);
    }

    [Fact]
    public void Write_options_hold_their_flags()
    {
        Assert.Equal((WriteFlags)0, WriteOptions.Default.Flags);
        Assert.Equal((WriteFlags)3, new WriteOptions(WriteFlags.BufferHint | WriteFlags.NoCompress).Flags);
    }

    [Fact]
    public void A_call_inherits_everything_from_a_served_one_unless_told_otherwise()
    {
        Assert.True(ContextPropagationOptions.Default.IsPropagateDeadline);
        Assert.True(ContextPropagationOptions.Default.IsPropagateCancellation);
        var options = new ContextPropagationOptions(propagateDeadline: false, propagateCancellation: false);
        Assert.False(options.IsPropagateDeadline);
        Assert.False(options.IsPropagateCancellation);
    }
}
