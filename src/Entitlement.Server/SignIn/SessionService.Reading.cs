using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Paging;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.SignIn;

/// <content>Looking at sessions.</content>
internal sealed partial class SessionService
{
    public override async Task<ListSessionsResponse> ListSessions(ListSessionsRequest request, ServerCallContext context)
    {
        var name = UserName.Parse(request.Parent, "parent");
        var page = PageRequest.Parse(request.PageSize, request.PageToken, $"{name}/sessions");
        var now = clock.GetUtcNow();
        var idleTime = options.Value.SessionIdleTime;
        var usedSince = now - idleTime;
        if (!await db.Users.AnyAsync(user => user.Id == name.UserId, context.CancellationToken))
        {
            throw Refusal.NotFound($"{name}");
        }

        var rows = await db.Sessions
            .Where(session => session.UserId == name.UserId && session.Id > page.After
                && session.EndTime == null && session.ExpireTime > now && session.LastUseTime > usedSince)
            .OrderBy(session => session.Id)
            .Take(page.Probe)
            .ToListAsync(context.CancellationToken);
        var (sessions, next) = page.Cut(rows, session => session.Id);
        var current = (context.GetCaller() as Caller.User)?.SessionId;
        return new ListSessionsResponse
        {
            Sessions = { sessions.Select(session => session.ToMessage(idleTime, isCurrent: session.Id == current)) },
            NextPageToken = next,
        };
    }
}
