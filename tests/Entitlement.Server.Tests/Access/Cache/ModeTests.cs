using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Server.Access.Cache;

namespace Entitlement.Server.Tests.Access.Cache;

public sealed class ModeTests : IDisposable
{
    private readonly Story _story = new();

    public void Dispose() => _story.Dispose();

    [Fact]
    public async Task The_fastest_answer_reads_nothing_while_the_view_is_young()
    {
        await _story.AskAsync();
        var (readings, loads) = (_story.Database.Readings, _story.Database.Loads.Count);

        _story.Clock.Advance(Node.Bound);
        await _story.AskAsync();

        Assert.Equal((readings, loads), (_story.Database.Readings, _story.Database.Loads.Count));
    }

    [Fact]
    public async Task The_fastest_answer_waits_for_nothing_and_makes_little()
    {
        await _story.AskAsync();
        await _story.AskAsync();

        var before = GC.GetAllocatedBytesForCurrentThread();
        var asked = _story.Node.Cache.AskAsync<TargetQuestion, AccessView>(
            Story.Question, default, CancellationToken.None);
        var made = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(asked.IsCompletedSuccessfully);
        Assert.InRange(made, 1, 256);
    }

    [Fact]
    public async Task A_token_is_never_undercut()
    {
        Assert.True(await _story.AskAsync());
        var token = _story.Database.Commit(Story.PersonIs(isEnabled: false));

        Assert.True(await _story.AskAsync());
        var answer = await _story.AnswerAsync(Freshness.OfToken(token, "token"));

        Assert.False(answer.Value.Principal.IsEnabled);
        Assert.Equal(token, answer.Version);
    }

    [Fact]
    public async Task A_token_that_nobody_gave_is_refused_by_the_name_of_its_field()
    {
        var refusal = await Assert.ThrowsAsync<EntitlementException>(
            () => _story.AskAsync(Freshness.OfToken(_story.Database.Version + 1, "token")));

        Assert.Equal(FailureReason.InvalidArgument, refusal.Reason);
        Assert.Equal("token", refusal.Metadata["field"]);
    }

    [Fact]
    public async Task A_fully_consistent_answer_costs_one_reading_of_the_clock_and_no_load()
    {
        await _story.AskAsync();
        var (readings, loads) = (_story.Database.Readings, _story.Database.Loads.Count);

        Assert.True(await _story.AskAsync(_story.Node.Views.FromNowOn()));

        Assert.Equal((readings + 1, loads), (_story.Database.Readings, _story.Database.Loads.Count));
    }

    [Fact]
    public async Task A_fully_consistent_answer_knows_of_what_was_committed_before_it_was_asked_for()
    {
        Assert.True(await _story.AskAsync());

        _story.Database.Commit(Story.PersonIs(isEnabled: false));

        Assert.True(await _story.AskAsync());
        Assert.False(await _story.AskAsync(_story.Node.Views.FromNowOn()));
    }

    [Fact]
    public async Task A_reading_that_began_before_does_not_count_for_a_fully_consistent_answer()
    {
        await _story.AskAsync();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _story.Database.Reading = () => gate.Task;
        var early = _story.Node.Views.AdvanceAsync();
        _story.Database.Commit(Story.PersonIs(isEnabled: false));
        _story.Database.Reading = () => Task.CompletedTask;

        var asked = _story.AskAsync(_story.Node.Views.FromNowOn());
        gate.SetResult();
        await early;

        Assert.False(await asked);
    }

    [Fact]
    public async Task A_server_that_is_told_of_a_change_does_not_make_do_with_a_reading_that_began_before()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _story.Database.Reading = () => gate.Task;
        var early = _story.Node.Views.AdvanceAsync();
        var changed = _story.Database.Commit(Story.PersonIs(isEnabled: false));
        _story.Database.Reading = () => Task.CompletedTask;

        var told = _story.Node.Views.AdvanceAsync();
        gate.SetResult();

        Assert.True((await early).Version < changed);
        Assert.Equal(changed, (await told).Version);
    }

    [Fact]
    public async Task Those_whom_a_reading_comes_too_early_for_share_the_next()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _story.Database.Reading = () => _story.Database.Readings == 1 ? gate.Task : Task.CompletedTask;
        var early = _story.Node.Views.AdvanceAsync();

        var late = Enumerable.Range(0, 10).Select(_ => _story.AskAsync(_story.Node.Views.FromNowOn())).ToList();
        gate.SetResult();
        await early;
        await Task.WhenAll(late);

        Assert.Equal(2, _story.Database.Readings);
    }

    [Fact]
    public async Task A_server_never_answers_as_before_its_own_change()
    {
        Assert.True(await _story.AskAsync());

        _story.Node.Views.Committed(_story.Database.Commit(Story.PersonIs(isEnabled: false)));

        Assert.False(await _story.AskAsync());
    }
}
