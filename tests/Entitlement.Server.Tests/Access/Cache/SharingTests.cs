using Entitlement.Domain.Access;
using Entitlement.Server.Access.Cache;

namespace Entitlement.Server.Tests.Access.Cache;

/// <summary>Two servers that share snapshots, in front of one database.</summary>
public sealed class SharingTests : IDisposable
{
    private readonly ModelShare _share = new();
    private readonly Story _story;
    private readonly Node _other;

    public SharingTests()
    {
        _story = new Story(shared: _share);
        _other = new Node(_story.Database, _story.Clock, _share);
    }

    public void Dispose()
    {
        _story.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task What_one_server_loaded_the_other_finds()
    {
        await _story.AskAsync();
        var loads = _story.Database.Loads.Count;

        Assert.True(await Story.AskAsync(_other));

        Assert.Equal(loads, _story.Database.Loads.Count);
        Assert.Equal(loads, _other.Metrics.SharedHits);
    }

    [Fact]
    public async Task What_is_shared_from_before_a_revocation_counts_for_nothing()
    {
        await _story.AskAsync();
        var old = _share.Copy();
        _story.Database.Commit(Story.PersonIs(isEnabled: false));
        _story.PassBound();
        Assert.False(await _story.AskAsync());

        _share.PutBack(old);

        Assert.False(await Story.AskAsync(_other));
    }

    [Fact]
    public async Task A_snapshot_that_is_newer_than_the_view_moves_the_view_first()
    {
        Assert.True(await Story.AskAsync(_other));
        _other.Memory.Clear();
        _story.Database.Commit(Story.PersonIs(isEnabled: true, Story.Team), Story.CustomerHas(Story.Team));
        _story.Database.Commit(Story.PersonIs(isEnabled: true), Story.CustomerHas(Story.Team));
        await _story.AskAsync();

        var answer = await _other.Cache.AskAsync<TargetQuestion, AccessView>(
            Story.Question, default, CancellationToken.None);

        Assert.Equal(_story.Database.Version, answer.Version);
        Assert.Empty(answer.Value.Principal.GroupIds);
    }

    [Fact]
    public async Task A_snapshot_from_a_version_that_never_was_is_loaded_instead()
    {
        var forged = Story.PersonIs(isEnabled: false) with { Version = 1_000 };
        _share.Store(forged);

        Assert.True(await Story.AskAsync(_other));
    }

    [Fact]
    public async Task A_credential_that_is_nobodys_is_never_shared()
    {
        var question = new CredentialQuestion(Guid.NewGuid());

        await _other.Cache.AskAsync<CredentialQuestion, FoundCredential>(question, default, CancellationToken.None);

        Assert.Empty(_share.Copy());
        Assert.Equal(0, _other.Memory.Count);
    }
}
