using Entitlement.Storage.Sqlite;

namespace Entitlement.Storage.Tests;

public class WriterLaneTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Serves_one_at_a_time_in_the_order_of_their_coming()
    {
        await using var lane = new WriterLane(capacity: 100);
        var (served, inside, most) = (new List<int>(), 0, 0);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(number => lane.RunAsync(
            async _ =>
            {
                most = Math.Max(most, ++inside);
                await Task.Yield();
                served.Add(number);
                inside--;
                return true;
            },
            CancellationToken.None))).WaitAsync(Patience);

        Assert.Equal(Enumerable.Range(0, 50), served);
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task Refuses_at_once_when_too_many_wait_and_serves_again_after()
    {
        await using var lane = new WriterLane(capacity: 2);
        var (blocker, blocked) = await BlockAsync(lane);
        var waiting = new[] { Answer(lane, 1), Answer(lane, 2) };

        await Assert.ThrowsAsync<StorageUnavailableException>(() => Answer(lane, 3)).WaitAsync(Patience);
        blocker.SetResult();

        var answers = await Task.WhenAll(waiting).WaitAsync(Patience);

        Assert.Equal([1, 2], answers);
        await blocked;
        Assert.Equal(4, await Answer(lane, 4).WaitAsync(Patience));
    }

    [Fact]
    public async Task Lets_a_waiting_caller_leave_at_once_and_never_runs_its_work()
    {
        await using var lane = new WriterLane(capacity: 10);
        var (blocker, blocked) = await BlockAsync(lane);
        using var leaving = new CancellationTokenSource();
        var hasRun = false;
        var left = lane.RunAsync(_ => Task.FromResult(hasRun = true), leaving.Token);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left).WaitAsync(Patience);
        blocker.SetResult();
        await blocked;
        Assert.Equal(1, await Answer(lane, 1).WaitAsync(Patience));
        Assert.False(hasRun);
    }

    [Fact]
    public async Task Waits_for_work_that_began_when_its_caller_leaves()
    {
        await using var lane = new WriterLane(capacity: 10);
        var (blocker, begun) = (NewSignal(), NewSignal());
        using var leaving = new CancellationTokenSource();
        var working = lane.RunAsync(
            async _ =>
            {
                begun.SetResult();
                await blocker.Task;
                return 7;
            },
            leaving.Token);
        await begun.Task.WaitAsync(Patience);

        await leaving.CancelAsync();
        Assert.False(working.IsCompleted);
        blocker.SetResult();

        Assert.Equal(7, await working.WaitAsync(Patience));
    }

    [Fact]
    public async Task Refuses_a_caller_that_has_left_before_it_came()
    {
        await using var lane = new WriterLane(capacity: 10);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => lane.RunAsync(_ => Task.FromResult(true), new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Tells_each_caller_its_own_failure_also_one_thrown_before_the_first_await()
    {
        await using var lane = new WriterLane(capacity: 10);

        await Assert.ThrowsAsync<InvalidDataException>(
            () => lane.RunAsync<bool>(_ => throw new InvalidDataException(), CancellationToken.None))
            .WaitAsync(Patience);

        Assert.Equal(1, await Answer(lane, 1).WaitAsync(Patience));
    }

    [Fact]
    public async Task Serves_who_waits_and_nobody_else_once_it_closes()
    {
        var lane = new WriterLane(capacity: 10);
        var (blocker, blocked) = await BlockAsync(lane);
        var waiting = Answer(lane, 1);

        var closing = lane.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Answer(lane, 2));
        blocker.SetResult();

        await closing.WaitAsync(Patience);
        await blocked;
        Assert.Equal(1, await waiting);
    }

    [Fact]
    public async Task Runs_work_in_the_context_of_its_caller()
    {
        await using var lane = new WriterLane(capacity: 10);
        var scope = new AsyncLocal<string> { Value = "call 1" };

        var seen = await lane.RunAsync(_ => Task.FromResult(scope.Value), CancellationToken.None).WaitAsync(Patience);

        Assert.Equal("call 1", seen);
    }

    private static Task<int> Answer(WriterLane lane, int answer) =>
        lane.RunAsync(_ => Task.FromResult(answer), CancellationToken.None);

    /// <summary>Occupies the lane until the signal is given.</summary>
    private static async Task<(TaskCompletionSource Blocker, Task Blocked)> BlockAsync(WriterLane lane)
    {
        var (blocker, begun) = (NewSignal(), NewSignal());
        var blocked = lane.RunAsync(
            async _ =>
            {
                begun.SetResult();
                await blocker.Task;
                return true;
            },
            CancellationToken.None);
        await begun.Task.WaitAsync(Patience);
        return (blocker, blocked);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
