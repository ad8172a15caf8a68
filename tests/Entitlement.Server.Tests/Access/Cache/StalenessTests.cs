using Entitlement.Domain.Access;
using Entitlement.Server.Access.Cache;
using Entitlement.Storage.Access;

namespace Entitlement.Server.Tests.Access.Cache;

/// <summary>
/// The known ways in which a cache goes on to let somebody in. Each is seen to be noticed with the cure replaced by a broken
/// part.
/// </summary>
public sealed class StalenessTests
{
    /// <summary>What a revocation is, each of another kind of thing.</summary>
    public static TheoryData<string> Revocations => [.. Changes.Keys];

    private static Dictionary<string, Snapshot> Changes { get; } = new()
    {
        ["the person is switched off"] = Story.PersonIs(isEnabled: false),
        ["the role is taken away"] = Story.CustomerHas(Guid.Empty),
        ["the role allows less"] = Story.RoleAllows(Permission.AccountRead),
    };

    [Theory]
    [MemberData(nameof(Revocations))]
    public async Task Nobody_gets_in_by_something_that_ended_before_the_bound(string change)
    {
        using var story = new Story();
        Assert.True(await story.AskAsync());

        story.Database.Commit(Changes[change]);

        Assert.True(await story.AskAsync());
        story.PassBound();
        Assert.False(await story.AskAsync());
    }

    [Theory]
    [MemberData(nameof(Revocations))]
    public async Task A_log_that_loses_changes_is_noticed(string change)
    {
        using var story = new Story(database => new BrokenSource(database) { Log = page => page with { Changes = [] } });
        Assert.True(await story.AskAsync());

        story.Database.Commit(Changes[change]);
        story.PassBound();

        Assert.False(await story.IsTrueAsync());
    }

    [Theory]
    [MemberData(nameof(Revocations))]
    public async Task A_reader_that_loaded_before_and_keeps_after_a_revocation_lets_nobody_in(string change)
    {
        Assert.False(await ReadAroundAsync(new Story(), change));
    }

    [Theory]
    [MemberData(nameof(Revocations))]
    public async Task A_load_that_is_stamped_when_it_is_kept_is_noticed(string change) => Assert.True(await ReadAroundAsync(
        new Story(database => new BrokenSource(database)
        {
            Loaded = (snapshot, version) => snapshot with { Version = version },
        }),
        change));

    [Fact]
    public async Task Things_that_one_transaction_changed_are_never_seen_apart()
    {
        using var story = new Story();

        Assert.False(await MixAsync(story));
    }

    [Fact]
    public async Task A_log_that_tells_the_halves_of_a_transaction_apart_is_noticed()
    {
        using var story = new Story(database => new BrokenSource(database)
        {
            Log = page => page with { Changes = [.. page.Changes.Where(change => change.Kind == AccessThing.Account)] },
        });

        Assert.True(await MixAsync(story));
    }

    [Fact]
    public async Task Hints_are_not_needed_and_neither_is_anybody_who_sends_them()
    {
        using var story = new Story();
        Assert.True(await story.AskAsync());
        story.Database.Commit(Story.PersonIs(isEnabled: false));

        // Half of the bound is what the reader of the clock waits, and it may be late by the other half.
        story.Clock.Advance(Node.Bound / 2);
        await story.Node.Views.AdvanceAsync();

        Assert.False(await story.AskAsync());
    }

    [Fact]
    public async Task A_clock_that_went_back_drops_all_that_was_known()
    {
        using var story = new Story();
        story.Database.Commit(Story.PersonIs());
        Assert.True(await story.AskAsync());
        var version = story.Database.Version;

        // The database is put back, and goes on to other changes with the same numbers.
        story.Database.PutBack(version - 1, Story.PersonIs(isEnabled: false));
        story.PassBound();

        Assert.False(await story.AskAsync());
    }

    /// <summary>The person leaves the group by the same transaction by which the group gains the role.</summary>
    /// <returns>Whether the person ever got in.</returns>
    private static async Task<bool> MixAsync(Story story)
    {
        story.Database.Commit(Story.PersonIs(isEnabled: true, Story.Team), Story.CustomerHas(Guid.Empty));
        await story.Node.Views.AdvanceAsync();
        Assert.False(await story.AskAsync());

        story.Database.Commit(Story.PersonIs(), Story.CustomerHas(Story.Team));
        story.PassBound();

        return await story.AskAsync();
    }

    /// <summary>One reader reads a thing before it is revoked, and comes to keep it after others have seen the revocation.</summary>
    /// <returns>Whether somebody gets in after the bound.</returns>
    private static async Task<bool> ReadAroundAsync(Story story, string change)
    {
        using (story)
        {
            var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            story.Database.Loading = _ => gate.Task;
            var slow = story.AskAsync();
            story.Database.Commit(Changes[change]);
            await story.Node.Views.AdvanceAsync();
            story.Database.Loading = _ => Task.CompletedTask;
            gate.SetResult();
            await slow;

            story.PassBound();
            return await story.AskAsync();
        }
    }
}
