using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access.Cache;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Access.Answers;

/// <summary>
/// Follows the log of changes as this server's view of the clock of access moves, so that nobody is told of a change before
/// this server decides by it, and a watcher who waits costs nothing.
/// </summary>
internal sealed class AccessWatch(
    IDbContextFactory<EntitlementDbContext> contexts,
    AccessViews views,
    AccessDecider decider,
    IHostApplicationLifetime lifetime)
{
    /// <summary>
    /// A bulk call touches thousands of things by one transaction; a message stays far below what one may have.
    /// </summary>
    private const int MaxChanges = 1_000;

    public async Task RunAsync(
        Caller caller,
        string after,
        IServerStreamWriter<WatchAccessResponse> stream,
        CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, lifetime.ApplicationStopping);
        try
        {
            await FollowAsync(caller, after, stream, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The server stops: the stream ends well, and the watcher comes back with its token.
        }
    }

    private async Task FollowAsync(
        Caller caller,
        string after,
        IServerStreamWriter<WatchAccessResponse> stream,
        CancellationToken cancellationToken)
    {
        var now = (await views.GetAsync(views.FromNowOn(), cancellationToken)).Version;
        var told = after.Length == 0 ? now : ConsistencyToken.Read(after, "after", now);
        if (told < now - AccessLog.WholeVersions)
        {
            throw Refusal.InvalidArgument("after", "is of so long ago that changes since may be forgotten: watch anew, without one");
        }

        await stream.WriteAsync(
            new WatchAccessResponse { ConsistencyToken = ConsistencyToken.Of(told) }, cancellationToken);
        while (true)
        {
            now = (await views.AfterAsync(told, cancellationToken)).Version;

            // What is to be told may be that this caller may not be told any more.
            await decider.RequireAsync(caller, V1.Permission.AccessRead, "", cancellationToken);
            await TellAsync(told, now, stream, cancellationToken);
            told = now;
        }
    }

    /// <summary>
    /// A token is given only with the last changes of its version, so that whoever stops before asks for them anew.
    /// </summary>
    private async Task TellAsync(
        long told, long now, IServerStreamWriter<WatchAccessResponse> stream, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.AccessChanges
            .Where(change => change.Version > told && change.Version <= now)
            .OrderBy(change => change.Version)
            .Select(change => new { change.Kind, change.Id })
            .ToListAsync(cancellationToken);
        var left = rows.Count;
        foreach (var some in rows.Chunk(MaxChanges))
        {
            var principals = some.Where(row => row.Kind == AccessThing.Principal).Select(row => row.Id).ToList();
            var services = await db.ServiceAccounts
                .Where(one => principals.Contains(one.Id))
                .Select(one => one.Id)
                .ToListAsync(cancellationToken);
            left -= some.Length;
            await stream.WriteAsync(
                new WatchAccessResponse
                {
                    Changes = { some.Select(row => Tell(row.Kind, row.Id, services.Contains(row.Id))) },
                    ConsistencyToken = ConsistencyToken.Of(left == 0 ? now : told),
                },
                cancellationToken);
        }
    }

    private static WatchAccessResponse.Types.Change Tell(AccessThing kind, Guid id, bool isService) => new()
    {
        Kind = kind.ToMessage(),
        Name = kind switch
        {
            AccessThing.Principal => isService ? $"serviceAccounts/{id}" : $"{new UserName(id)}",
            AccessThing.Account => $"{new AccountName(id)}",
            AccessThing.Product => $"{new ProductName(id)}",
            AccessThing.Roles or AccessThing.System => "",
        },
    };
}
