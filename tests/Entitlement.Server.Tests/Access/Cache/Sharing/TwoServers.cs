using Entitlement.Domain.Access;
using Entitlement.Server.Access.Cache;
using Entitlement.Storage.Access;
using Entitlement.Storage.Writing;
using Entitlement.Testing;
using Entitlement.V1;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Permission = Entitlement.V1.Permission;
using Role = Entitlement.Domain.Access.Role;
using RoleAssignment = Entitlement.Domain.Access.RoleAssignment;

namespace Entitlement.Server.Tests.Access.Cache.Sharing;

/// <summary>
/// Two servers on one PostgreSQL and one Redis, and a service account that may read all accounts, or not: the first server
/// changes that.
/// </summary>
internal sealed class TwoServers : IAsyncDisposable
{
    private readonly Guid _principal;
    private readonly AccessService.AccessServiceClient _first;
    private readonly AccessService.AccessServiceClient _second;
    private readonly List<(long Begin, long End, bool IsAllowed)> _history = [(0, 0, true)];

    private TwoServers(EntitlementHost first, EntitlementHost second, TimeSpan bound, Guid principal, string key)
    {
        (First, Second, Bound, _principal) = (first, second, bound, principal);
        _first = new AccessService.AccessServiceClient(first.Connect(key));
        _second = new AccessService.AccessServiceClient(second.Connect(key));
    }

    public EntitlementHost First { get; }

    public EntitlementHost Second { get; }

    /// <summary>How far behind the database an answer may be.</summary>
    public TimeSpan Bound { get; }

    /// <summary>Starts them, and waits until Redis answers both.</summary>
    public static async Task<TwoServers> StartAsync(TimeSpan bound, string redisOfFirst, string redisOfSecond)
    {
        var first = await EntitlementHost.StartAsync(new HostSettings
        {
            Database = DatabaseKind.PostgreSql,
            Options = new()
            {
                ["Access:MaxStaleness"] = $"{bound:c}",
                ["Redis:Configuration"] = redisOfFirst,
                ["Redis:RetryInterval"] = "00:00:00.010",
            },
        });
        var second = await first.StartBesideAsync(new() { ["Redis:Configuration"] = redisOfSecond });
        var (principal, key) = await first.PrincipalAsync((Role.SystemAdministrator, ""));
        await first.Logs.ReachAsync(1180, 1);
        await second.Logs.ReachAsync(1180, 1);
        return new TwoServers(first, second, bound, principal, key);
    }

    /// <summary>Gives the right or takes it away, by the first server.</summary>
    /// <returns>The token of the change.</returns>
    public async Task<string> SetAsync(bool isAllowed)
    {
        var begin = TimeProvider.System.GetTimestamp();
        var version = await First.Services.GetRequiredService<Writer>().RunAsync(
            async (db, token) =>
            {
                var rows = await db.RoleAssignments.Where(one => one.SubjectId == _principal).ToListAsync(token);
                db.RemoveRange(rows);
                if (isAllowed)
                {
                    db.Add(RoleAssignment.Create(
                        PrincipalKind.ServiceAccount,
                        _principal,
                        Role.SystemAdministrator,
                        SystemPath,
                        expireTime: null,
                        TimeProvider.System.GetUtcNow()));
                }

                return await db.RaiseAsync([(AccessThing.System, Guid.Empty), (AccessThing.Principal, _principal)], token);
            },
            CancellationToken.None);
        _history.Add((begin, TimeProvider.System.GetTimestamp(), isAllowed));
        return ConsistencyToken.Of(version);
    }

    /// <summary>Whether a server lets the principal; what it says must have been true within the bound.</summary>
    public async Task<bool> AskAsync(EntitlementHost server, string? token = null)
    {
        var request = new CheckPermissionRequest { Check = new PermissionCheck { Permission = Permission.AccountRead } };
        if (token is not null)
        {
            request.Consistency = new Consistency { AtLeastAsFresh = token };
        }

        var asked = TimeProvider.System.GetTimestamp();
        var told = (await (server == First ? _first : _second).CheckPermissionAsync(request)).Allowed;
        var answered = TimeProvider.System.GetTimestamp();
        Assert.True(CouldBe(told, asked, answered), $"{told} was not true within {Bound}.");
        return told;
    }

    /// <summary>Asks a server until it says so.</summary>
    public async Task AskUntilAsync(EntitlementHost server, bool isAllowed)
    {
        while (await AskAsync(server) != isAllowed)
        {
        }
    }

    /// <summary>Lets a server forget what is in its own memory.</summary>
    public static void Forget(EntitlementHost server) => server.Services.GetRequiredService<ProcessCache>().Clear();

    /// <summary>What servers found in Redis and could use.</summary>
    public long SharedHits => Hits(First) + Hits(Second);

    public async ValueTask DisposeAsync()
    {
        await Second.DisposeAsync();
        await First.DisposeAsync();
    }

    private static ResourcePath SystemPath =>
        ResourcePath.TryParse("", out var path) ? path : throw new InvalidOperationException();

    private static long Hits(EntitlementHost server) => server.Services.GetRequiredService<AccessMetrics>().SharedHits;

    /// <summary>Whether it stood so in the database at a moment from the bound before the question to the answer.</summary>
    private bool CouldBe(bool isAllowed, long asked, long answered)
    {
        var from = asked - (long)(Bound.TotalSeconds * TimeProvider.System.TimestampFrequency);
        return _history
            .Select((state, place) => (state, Ended: place + 1 < _history.Count ? _history[place + 1].End : long.MaxValue))
            .Any(one => one.state.IsAllowed == isAllowed && one.state.Begin <= answered && one.Ended >= from);
    }
}
