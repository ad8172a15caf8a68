using System.Collections.Immutable;
using Entitlement.Domain.Access;
using Entitlement.Server.Access;
using Entitlement.Server.Access.Cache;
using Entitlement.Server.Access.Cache.Shared;

namespace Entitlement.Server.Tests.Access.Cache.Sharing;

public class SnapshotCodecTests
{
    private const long Version = 41;

    /// <summary>Rows of a theory: random snapshots of every kind, each by a seed of its own.</summary>
    public static IEnumerable<object[]> Kinds => Enum.GetValues<SnapshotKind>().Select(kind => (object[])[(int)kind]);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_written_is_read_as_it_was(int kind)
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var snapshot = Draw((SnapshotKind)kind, new Random(seed));
            var content = SnapshotCodec.Write(snapshot);

            var read = SnapshotCodec.Read(snapshot.Key, snapshot.Version, content!.Written);

            Assert.Equal(Describe(snapshot), Describe(read!));
            Assert.Equal((snapshot.Key, snapshot.Version, snapshot.Thing), (read!.Key, read.Version, read.Thing));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_cut_short_or_goes_on_is_nothing(int kind)
    {
        var snapshot = Draw((SnapshotKind)kind, new Random(7));
        var content = SnapshotCodec.Write(snapshot)!.Written.ToArray();
        for (var length = 0; length < content.Length; length++)
        {
            Assert.Null(SnapshotCodec.Read(snapshot.Key, Version, content.AsSpan(0, length)));
        }

        Assert.Null(SnapshotCodec.Read(snapshot.Key, Version, [.. content, 0]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Nothing_that_somebody_makes_up_makes_it_throw(int kind)
    {
        for (var seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            var snapshot = Draw((SnapshotKind)kind, random);
            var content = SnapshotCodec.Write(snapshot)!.Written.ToArray();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
            {
                // Lengths are where a reader can be led astray, so great numbers come often.
                content[random.Next(content.Length)] = random.Next(2) == 0 ? (byte)255 : (byte)random.Next(256);
            }

            Assert.Null(Record.Exception(() => SnapshotCodec.Read(snapshot.Key, Version, content)));
        }
    }

    [Fact]
    public void What_is_not_there_or_too_large_is_not_shared()
    {
        var many = Enumerable.Range(0, 30_000)
            .Select(_ => new Grant(Guid.NewGuid(), Guid.NewGuid(), "viewer", Guid.NewGuid()))
            .ToList();

        Assert.Null(SnapshotCodec.Write(new CredentialCopy(Guid.NewGuid(), Version, Credential: null)));
        Assert.Null(SnapshotCodec.Write(All(many)));
        Assert.NotNull(SnapshotCodec.Write(All(many[..10_000])));

        static GrantsCopy All(List<Grant> grants) =>
            new(SnapshotKey.System, Version, GrantIndex.Create(grants), IsLarge: false);
    }

    [Fact]
    public void Every_snapshot_has_a_name_of_its_own()
    {
        var (id, holder) = (Guid.NewGuid(), Guid.NewGuid());
        var keys = Enum.GetValues<SnapshotKind>()
            .SelectMany(kind => (SnapshotKey[])[new(kind, id), new(kind, id, holder), new(kind, holder)])
            .Where(key => key.Kind != SnapshotKind.Roles)
            .Append(SnapshotKey.Roles)
            .ToList();

        Assert.Equal(keys.Count, keys.Select(SnapshotCodec.NameOf).Distinct().Count());
    }

    private static Snapshot Draw(SnapshotKind kind, Random random)
    {
        var key = new SnapshotKey(kind, NewId(random));
        return kind switch
        {
            SnapshotKind.Principal => new PrincipalCopy(Version, DrawPrincipal(key.Id, random)),
            SnapshotKind.Account => new AccountCopy(
                key.Id,
                Version,
                random.Next(10) == 0 ? null : new AccountSnapshot(
                    key.Id,
                    Maybe(random, NewId),
                    random.Next(2) == 0 ? AccountPolicy.GrantsOnly : AccountPolicy.OpenUntilSupervised,
                    random.Next(2) == 0,
                    DrawGrants(random)),
                IsLarge: random.Next(2) == 0),
            SnapshotKind.Roles => new RolesCopy(
                Version, RoleBook.Create(Many(random, DrawRole).DistinctBy(role => role.Id))),
            SnapshotKind.Credential => new CredentialCopy(key.Id, Version, DrawCredential(random)),
            SnapshotKind.AccountShare or SnapshotKind.ProductShare or SnapshotKind.SystemShare =>
                new GrantsCopy(key with { Holder = NewId(random) }, Version, DrawGrants(random), IsLarge: false),
            _ => new GrantsCopy(key, Version, DrawGrants(random), IsLarge: random.Next(2) == 0),
        };
    }

    private static PrincipalSnapshot DrawPrincipal(Guid id, Random random) =>
        new(id, random.Next(2) == 0 ? PrincipalKind.User : PrincipalKind.ServiceAccount)
        {
            IsEnabled = random.Next(2) == 0,
            IsOfSystem = random.Next(2) == 0,
            PrimaryAccountId = Maybe(random, NewId),
            GroupIds = Many(random, NewId),
            AccountIds = Many(random, NewId),
            Identities = Many(random, NewId),
        };

    private static GrantIndex DrawGrants(Random random) => GrantIndex.Create(Many(random, _ => new Grant(
        NewId(random),
        NewId(random),
        random.GetItems((string[])["viewer", "owner", "gone-since", ""], 1)[0],
        random.Next(3) == 0 ? Guid.Empty : NewId(random),
        Maybe(random, NewTime))));

    private static RoleDefinition DrawRole(Random random) => new(
        $"role-{random.Next(50)}",
        random.GetItems((string[])["", "Prüfer", "審査員 \0 \u2028"], 1)[0],
        new string('x', random.Next(200)),
        PermissionSet.Of([.. PermissionSet.All.ToList().Where(_ => random.Next(3) == 0)]),
        Many(random, one => $"role-{one.Next(50)}"),
        Many(random, one => (ScopeKind)one.Next(1, 8)));

    private static Credential DrawCredential(Random random)
    {
        var hash = new byte[32];
        random.NextBytes(hash);
        return new Credential(random.Next(2) == 0 ? TokenKind.ApiKey : TokenKind.Session, NewId(random), [.. hash])
        {
            ExpireTime = Maybe(random, NewTime),
            EndTime = Maybe(random, NewTime),
            LastUseTime = Maybe(random, NewTime),
        };
    }

    /// <summary>Everything that a snapshot says, as text; lists whose order means nothing are put in order.</summary>
    private static string Describe(Snapshot snapshot) => snapshot switch
    {
        PrincipalCopy { Principal: var one } =>
            $"{one.Id} {one.Kind} {one.IsEnabled} {one.IsOfSystem} {one.PrimaryAccountId} "
            + $"[{string.Join(' ', one.GroupIds)}] [{string.Join(' ', one.AccountIds)}]",
        AccountCopy one =>
            $"{one.Id} {one.IsLarge} {one.Account?.Id} {one.Account?.ParentId} {one.Account?.Policy} "
            + $"{one.Account?.EverSupervised} {Describe(one.Account?.Grants)}",
        GrantsCopy one => $"{one.IsLarge} {Describe(one.Grants)}",
        RolesCopy one => string.Join('\n', one.Roles.Roles.Values
            .OrderBy(role => role.Id, StringComparer.Ordinal)
            .Select(role => $"{role with { Assigns = [], ScopeKinds = [] }} "
                + $"{string.Join(' ', role.Assigns)} {string.Join(' ', role.ScopeKinds)}")),
        CredentialCopy { Credential: { } one } =>
            $"{one.Kind} {one.PrincipalId} {Convert.ToHexString(one.SecretHash.AsSpan())} "
            + $"{one.ExpireTime:O} {one.EndTime:O} {one.LastUseTime:O}",
        _ => throw new ArgumentOutOfRangeException(nameof(snapshot)),
    };

    private static string Describe(GrantIndex? grants) => grants is null
        ? "none"
        : string.Join('\n', grants.Grants.ToArray().OrderBy(grant => grant.AssignmentId));

    private static Guid NewId(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private static DateTimeOffset NewTime(Random random) =>
        DateTimeOffset.FromUnixTimeMilliseconds(random.NextInt64(4_000_000_000_000));

    private static T? Maybe<T>(Random random, Func<Random, T> draw)
        where T : struct => random.Next(2) == 0 ? null : draw(random);

    private static ImmutableArray<T> Many<T>(Random random, Func<Random, T> draw) =>
        [.. Enumerable.Range(0, random.Next(6)).Select(_ => draw(random))];
}
