using System.Text;
using Entitlement.Domain.Access;
using Entitlement.Server.Access.Cache;
using Entitlement.Server.Access.Cache.Shared;

namespace Entitlement.Server.Tests.Access.Cache.Sharing;

/// <summary>
/// Two releases side by side, as during a deployment. What a role contains is what a release knows of it, so that a snapshot of
/// the one must not answer for the other; each is seen to be noticed with the cure replaced by a broken part.
/// </summary>
public sealed class ReleasesTests
{
    private static readonly string[] Permissions = ["account.read", "license.read"];
    private static readonly string[] BuiltIn = ["licensing", "supervisor"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_release_answers_by_what_it_knows_itself_of_a_role(bool isOlderFirst) =>
        Assert.Equal((false, true), await AskBothAsync(isOlderFirst, SnapshotCodec.NameOf));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Roles_that_all_releases_share_are_noticed(bool isOlderFirst) =>
        Assert.NotEqual((false, true), await AskBothAsync(isOlderFirst, (key, _) => SnapshotCodec.NameOf(key, "any")));

    [Fact]
    public void Another_permission_or_another_built_in_role_makes_another_release()
    {
        string[] releases =
        [
            SnapshotCodec.ReleaseOf(Permissions, BuiltIn),
            SnapshotCodec.ReleaseOf([.. Permissions, "license.revoke"], BuiltIn),
            SnapshotCodec.ReleaseOf(Permissions[..1], BuiltIn),
            SnapshotCodec.ReleaseOf(Permissions, [.. BuiltIn, "reporting"]),
            SnapshotCodec.ReleaseOf(Permissions, BuiltIn[..1]),
            SnapshotCodec.ReleaseOf([.. Permissions, BuiltIn[0]], BuiltIn[1..]),
        ];

        Assert.Equal(releases.Length, releases.Distinct().Count());
        Assert.Equal(releases[0], SnapshotCodec.ReleaseOf(Permissions, BuiltIn));
    }

    /// <summary>Its contents are the release's own, also where another release has a role that was made there by its name.</summary>
    [Fact]
    public void A_built_in_role_is_never_what_another_release_shared_under_its_name()
    {
        const string MadeThere = "reporting-xyz";
        const string BuiltInHere = "reporting-api";
        var everything = new RoleDefinition(MadeThere, "", "", PermissionSet.All, [], [ScopeKind.Account]);
        var content = SnapshotCodec.Write(new RolesCopy(1, RoleBook.Create([everything])))!.Written.ToArray();
        Assert.True(Read(content).Find(MadeThere)!.Permissions.Contains(Permission.LicenseRevoke));
        var at = content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(MadeThere));

        Encoding.UTF8.GetBytes(BuiltInHere).CopyTo(content, at);

        Assert.Equal(RoleBook.BuiltIn.Find(BuiltInHere), Read(content).Find(BuiltInHere));
    }

    private static RoleBook Read(byte[] content) => ((RolesCopy)SnapshotCodec.Read(SnapshotKey.Roles, 1, content)!).Roles;

    /// <summary>A role allows what the older release has never heard of.</summary>
    /// <returns>Whether the older and the newer release let the person do it.</returns>
    private static async Task<(bool Older, bool Newer)> AskBothAsync(bool isOlderFirst, Func<SnapshotKey, string, string> name)
    {
        var redis = new Dictionary<string, (long Version, byte[] Content)>();
        using var story = new Story(shared: new ReleaseShare(redis, key => name(key, "newer")));
        var ignorant = new BrokenSource(story.Database)
        {
            Loaded = (snapshot, _) => snapshot is RolesCopy
                ? Story.RoleAllows(Permission.AccountRead) with { Version = snapshot.Version }
                : snapshot,
        };
        using var older = new Node(ignorant, story.Clock, new ReleaseShare(redis, key => name(key, "older")));
        var first = isOlderFirst ? await Story.AskAsync(older) : await story.AskAsync();
        var second = isOlderFirst ? await story.AskAsync() : await Story.AskAsync(older);
        Assert.NotEmpty(redis);
        return isOlderFirst ? (first, second) : (second, first);
    }

    /// <summary>What servers share, as the bytes that are in Redis.</summary>
    private sealed class ReleaseShare(
        Dictionary<string, (long Version, byte[] Content)> redis, Func<SnapshotKey, string> name) : ISharedSnapshots
    {
        public event Action<long>? Hinted
        {
            add { }
            remove { }
        }

        public string State => "a model";

        public ValueTask<Snapshot?> FindAsync(SnapshotKey key, CancellationToken cancellationToken) => ValueTask.FromResult(
            redis.TryGetValue(name(key), out var found) ? SnapshotCodec.Read(key, found.Version, found.Content) : null);

        public void Store(Snapshot snapshot) =>
            redis[name(snapshot.Key)] = (snapshot.Version, SnapshotCodec.Write(snapshot)!.Written.ToArray());

        public void Hint(long version)
        {
        }

        public Task DropAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
