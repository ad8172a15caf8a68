using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Users;

/// <content>What people are called by an issuer of tokens.</content>
internal sealed partial class UserService
{
    public override async Task<LinkIdentityResponse> LinkIdentity(LinkIdentityRequest request, ServerCallContext context)
    {
        var wanted = IdentityChange.Parse(request, openIdConnect.Value);
        var outcome = await ChangeIdentityAsync(request, request.RequestId, wanted.Name, wanted.LinkAsync, context);
        return new LinkIdentityResponse
        {
            Identity = (await ListIdentitiesAsync(wanted.Name, context)).SingleOrDefault(one => one.Issuer == wanted.Issuer)
                ?? throw Refusal.NotFound($"{wanted.Name}"),
            Existed = outcome.Existed,
            ConsistencyToken = outcome.ConsistencyToken,
        };
    }

    public override async Task<ListIdentitiesResponse> ListIdentities(ListIdentitiesRequest request, ServerCallContext context)
    {
        var name = UserName.Parse(request.Name, "name");
        return await db.Users.AnyAsync(user => user.Id == name.UserId, context.CancellationToken)
            ? new ListIdentitiesResponse { Identities = { await ListIdentitiesAsync(name, context) } }
            : throw Refusal.NotFound($"{name}");
    }

    public override async Task<UnlinkIdentityResponse> UnlinkIdentity(UnlinkIdentityRequest request, ServerCallContext context)
    {
        var wanted = IdentityChange.Parse(request, openIdConnect.Value);
        var outcome = await ChangeIdentityAsync(request, request.RequestId, wanted.Name, wanted.UnlinkAsync, context);
        return new UnlinkIdentityResponse { ConsistencyToken = outcome.ConsistencyToken };
    }

    /// <summary>Who brings a token of the subject is the person: being the person already is not enough to say so.</summary>
    private async Task<Outcome> ChangeIdentityAsync(
        IMessage request,
        string requestId,
        UserName name,
        Func<Change, Administration, CancellationToken, Task<Outcome>> run,
        ServerCallContext context)
    {
        var administeredBy = await Administration.FindAsync(db, name, context.CancellationToken);
        await access.RequireAsync(context.GetCaller(), Permission.UserUpdate, administeredBy.Resource, context.CancellationToken);
        return await writer.RunAsync(context, request, requestId, (change, token) => run(change, administeredBy, token));
    }

    private async Task<List<ExternalIdentity>> ListIdentitiesAsync(UserName name, ServerCallContext context) =>
        [.. (await db.ExternalIdentities
            .Where(one => one.UserId == name.UserId)
            .OrderBy(one => one.Issuer)
            .ToListAsync(context.CancellationToken)).Select(one => one.ToMessage())];
}
