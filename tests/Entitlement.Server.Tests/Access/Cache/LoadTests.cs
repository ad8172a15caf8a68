using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Server.Access.Cache;

namespace Entitlement.Server.Tests.Access.Cache;

public sealed class LoadTests
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_thousand_cold_accounts_asked_at_once_are_loaded_once_each()
    {
        using var story = new Story();
        var accounts = Enumerable.Range(0, 1_000).Select(_ => Guid.NewGuid()).ToList();
        story.Database.Loading = _ => _gate.Task;

        var asked = accounts.Concat(accounts)
            .Select(account => story.Node.Cache.AskAsync<TargetQuestion, AccessView>(
                new TargetQuestion(Story.Person, AccessTarget.Account(account)), default, CancellationToken.None).AsTask())
            .ToList();
        _gate.SetResult();
        await Task.WhenAll(asked);

        Assert.Equal(accounts.Count + 3, story.Database.Loads.Count);
        Assert.Equal(story.Database.Loads.Count, story.Database.Loads.Distinct().Count());
    }

    [Fact]
    public async Task Loads_leave_the_database_to_others()
    {
        using var story = new Story();
        story.Database.Loading = _ => _gate.Task;

        var asked = Enumerable.Range(0, 100)
            .Select(_ => story.Node.Cache.AskAsync<TargetQuestion, AccessView>(
                new TargetQuestion(Story.Person, AccessTarget.Account(Guid.NewGuid())), default, CancellationToken.None).AsTask())
            .ToList();

        Assert.Equal(SnapshotLoads.MaxLoads, story.Database.Loads.Count);
        _gate.SetResult();
        await Task.WhenAll(asked);
    }

    [Fact]
    public async Task Who_comes_after_a_change_does_not_wait_for_a_load_from_before_it()
    {
        using var story = new Story();
        Assert.True(await story.AskAsync());
        story.Database.Commit(Story.CustomerHas(Story.Person));
        await story.Node.Views.AdvanceAsync();
        story.Database.Loading = _ => _gate.Task;
        var early = story.AskAsync();
        story.Database.Commit(Story.CustomerHas(Guid.Empty));
        await story.Node.Views.AdvanceAsync();
        story.Database.Loading = _ => Task.CompletedTask;

        var late = await story.AskAsync();
        _gate.SetResult();

        Assert.False(late);
        Assert.False(await early);
    }

    [Fact]
    public async Task Each_goes_alone_when_the_load_that_all_wait_for_takes_too_long()
    {
        using var story = new Story();
        await story.Node.Views.AdvanceAsync();
        story.Database.Loading = key => key.Kind == SnapshotKind.Account ? _gate.Task : Task.CompletedTask;
        var asked = story.AskAsync();

        story.Database.Loading = _ => Task.CompletedTask;
        story.Clock.Advance(SnapshotLoads.JoinLimit + TimeSpan.FromMilliseconds(1));

        Assert.True(await asked);
        Assert.Equal(2, story.Database.Loads.Count(key => key.Id == Story.Customer));
        _gate.SetResult();
    }

    [Fact]
    public async Task A_change_elsewhere_loads_nothing_again()
    {
        using var story = new Story();
        Assert.True(await story.AskAsync());
        var loads = story.Database.Loads.Count;

        story.Database.Commit(new PrincipalCopy(0, new PrincipalSnapshot(Guid.NewGuid(), PrincipalKind.User)));
        story.PassBound();

        Assert.True(await story.AskAsync());
        Assert.Equal(loads, story.Database.Loads.Count);
    }

    [Fact]
    public async Task The_database_may_be_away_up_to_the_bound_and_no_longer()
    {
        using var story = new Story();
        Assert.True(await story.AskAsync());
        story.Database.IsDown = true;

        story.Clock.Advance(Node.Bound);
        Assert.True(await story.AskAsync());

        story.Clock.Advance(TimeSpan.FromTicks(1));
        await Assert.ThrowsAnyAsync<Exception>(() => story.AskAsync());
        story.Database.IsDown = false;
        Assert.True(await story.AskAsync());
    }

    [Fact]
    public async Task A_clock_that_takes_too_long_is_given_up()
    {
        using var story = new Story();
        story.Database.Reading = () => _gate.Task;
        var asked = story.AskAsync();

        story.Clock.Advance(AccessViews.ReadingLimit);

        var refusal = await Assert.ThrowsAsync<EntitlementException>(() => asked);
        Assert.Equal(FailureReason.StorageUnavailable, refusal.Reason);
        _gate.SetResult();
    }

    [Fact]
    public async Task What_was_used_least_makes_room()
    {
        using var story = new Story();
        using var node = new Node(story.Database, story.Clock, bytes: 100_000);
        for (var i = 0; i < 2_000; i++)
        {
            await node.Cache.AskAsync<TargetQuestion, AccessView>(
                new TargetQuestion(Story.Person, AccessTarget.Account(Guid.NewGuid())), default, CancellationToken.None);
        }

        Assert.InRange(node.Memory.Bytes, 1, 100_000);
        Assert.Equal(1, story.Database.Loads.Count(key => key.Kind == SnapshotKind.Principal));
    }

    [Fact]
    public async Task Of_a_large_account_what_the_person_and_their_groups_hold_is_enough()
    {
        using var story = new Story();
        var grant = new Grant(Guid.NewGuid(), Story.Team, "own-role", Story.Customer);
        var large = (AccountCopy)Story.CustomerHas(Guid.Empty);
        story.Database.Commit(
            Story.PersonIs(isEnabled: true, Story.Team),
            large with { IsLarge = true, Account = large.Account! with { Grants = GrantIndex.Empty } },
            new GrantsCopy(large.Key.ShareOf(Story.Team), 0, GrantIndex.Create([grant]), IsLarge: false));

        Assert.True(await story.AskAsync());

        story.Database.Commit(new GrantsCopy(large.Key.ShareOf(Story.Team), 0, GrantIndex.Empty, IsLarge: false));
        story.PassBound();
        Assert.False(await story.AskAsync());
    }
}
