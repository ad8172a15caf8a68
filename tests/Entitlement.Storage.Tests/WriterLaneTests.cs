using Entitlement.Storage.Sqlite;
using Entitlement.Testing;

namespace Entitlement.Storage.Tests;

public sealed class WriterLaneTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Serves_one_at_a_time_in_the_order_of_their_coming()
    {
        await using var lane = Open(capacity: 100);
        var (served, inside, most) = (new List<int>(), 0, 0);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(number => lane.RunAsync(
            async (_, _) =>
            {
                most = Math.Max(most, ++inside);
                await Task.Yield();
                served.Add(number);
                inside--;
                return true;
            },
            CancellationToken.None))).WaitAsync(Lanes.Patience);

        Assert.Equal(Enumerable.Range(0, 50), served);
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task Refuses_at_once_when_too_many_wait_and_serves_again_after()
    {
        await using var lane = Open(capacity: 2);
        var (blocker, blocked) = await lane.BlockAsync();
        var waiting = new[] { lane.AnswerAsync(1), lane.AnswerAsync(2) };

        await Assert.ThrowsAsync<StorageUnavailableException>(() => lane.AnswerAsync(3)).WaitAsync(Lanes.Patience);
        blocker.SetResult();

        var answers = await Task.WhenAll(waiting).WaitAsync(Lanes.Patience);

        Assert.Equal([1, 2], answers);
        await blocked;
        Assert.Equal(4, await lane.AnswerAsync(4).WaitAsync(Lanes.Patience));
    }

    [Fact]
    public async Task Lets_a_waiting_caller_leave_at_once_and_never_runs_its_work()
    {
        await using var lane = Open(capacity: 10);
        var (blocker, blocked) = await lane.BlockAsync();
        using var leaving = new CancellationTokenSource();
        var hasRun = false;
        var left = lane.RunAsync((_, _) => Task.FromResult(hasRun = true), leaving.Token);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left).WaitAsync(Lanes.Patience);
        blocker.SetResult();
        await blocked;
        Assert.Equal(1, await lane.AnswerAsync(1).WaitAsync(Lanes.Patience));
        Assert.False(hasRun);
    }

    [Fact]
    public async Task Waits_for_work_that_began_when_its_caller_leaves()
    {
        await using var lane = Open(capacity: 10);
        var (blocker, begun) = (Lanes.NewSignal(), Lanes.NewSignal());
        using var leaving = new CancellationTokenSource();
        var working = lane.RunAsync(
            async (_, _) =>
            {
                begun.SetResult();
                await blocker.Task;
                return 7;
            },
            leaving.Token);
        await begun.Task.WaitAsync(Lanes.Patience);

        await leaving.CancelAsync();
        Assert.False(working.IsCompleted);
        blocker.SetResult();

        Assert.Equal(7, await working.WaitAsync(Lanes.Patience));
    }

    [Fact]
    public async Task Refuses_a_caller_that_has_left_before_it_came()
    {
        await using var lane = Open(capacity: 10);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => lane.RunAsync((_, _) => Task.FromResult(true), new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Tells_each_caller_its_own_failure_also_one_thrown_before_the_first_await()
    {
        await using var lane = Open(capacity: 10);

        await Assert.ThrowsAsync<InvalidDataException>(
            () => lane.RunAsync<bool>((_, _) => throw new InvalidDataException(), CancellationToken.None))
            .WaitAsync(Lanes.Patience);

        Assert.Equal(1, await lane.AnswerAsync(1).WaitAsync(Lanes.Patience));
    }

    [Fact]
    public async Task Serves_who_waits_and_nobody_else_once_it_closes()
    {
        var lane = Open(capacity: 10);
        var (blocker, blocked) = await lane.BlockAsync();
        var waiting = lane.AnswerAsync(1);

        var closing = lane.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<StorageUnavailableException>(() => lane.AnswerAsync(2));
        blocker.SetResult();

        await closing.WaitAsync(Lanes.Patience);
        await blocked;
        Assert.Equal(1, await waiting);
    }

    [Fact]
    public async Task Runs_work_in_the_context_of_its_caller()
    {
        await using var lane = Open(capacity: 10);
        var scope = new AsyncLocal<string> { Value = "call 1" };

        var seen = await lane.RunAsync((_, _) => Task.FromResult(scope.Value), CancellationToken.None).WaitAsync(Lanes.Patience);

        Assert.Equal("call 1", seen);
    }

    private WriterLane Open(int capacity) => new(_database.Contexts, capacity, TimeProvider.System);
}
