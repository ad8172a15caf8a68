using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Paging;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Users;

/// <content>What people are asked to join.</content>
internal sealed partial class UserService
{
    public override async Task<ListInvitationsResponse> ListInvitations(
        ListInvitationsRequest request, ServerCallContext context)
    {
        var page = PageRequest.Parse(request.PageSize, request.PageToken, $"{request.Parent}/invitations");
        var (invitations, next) = await reader.ListInvitationsAsync(
            await InvitationsOfAsync(request.Parent, context), page, context.CancellationToken);
        return new ListInvitationsResponse { Invitations = { invitations }, NextPageToken = next };
    }

    public override async Task<AcceptInvitationResponse> AcceptInvitation(
        AcceptInvitationRequest request, ServerCallContext context)
    {
        var answer = await ReadAsync(request.Name, mayWithdraw: false, context);
        var outcome = await writer.RunAsync(context, request, request.RequestId, answer.AcceptAsync);
        return new AcceptInvitationResponse
        {
            User = await LoadAsync(UserName.Parse(outcome.Resource, "name"), context),
            ConsistencyToken = outcome.ConsistencyToken,
        };
    }

    public override async Task<DeclineInvitationResponse> DeclineInvitation(
        DeclineInvitationRequest request, ServerCallContext context)
    {
        var answer = await ReadAsync(request.Name, mayWithdraw: true, context);
        await writer.RunAsync(context, request, request.RequestId, answer.DeclineAsync);
        return new DeclineInvitationResponse();
    }

    private async Task<IQueryable<Domain.People.Invitation>> InvitationsOfAsync(string parent, ServerCallContext context)
    {
        if (!parent.StartsWith("users/", StringComparison.Ordinal))
        {
            var account = AccountName.Parse(parent, "parent");
            await reader.RequireAccountAsync(account, context.CancellationToken);
            return reader.InvitationsOf(account);
        }

        var user = UserName.Parse(parent, "parent");

        // An account of which the person is a member is not to learn which others ask for the same person.
        return await reader.IsOwnOrSystemAsync(user, context.GetCaller(), context.CancellationToken)
            ? reader.InvitationsOf(user)
            : throw Refusal.NotFound(parent);
    }

    /// <summary>To whoever may not answer it, an invitation does not exist.</summary>
    private async Task<InvitationAnswer> ReadAsync(string text, bool mayWithdraw, ServerCallContext context)
    {
        var (name, caller) = (InvitationName.Parse(text, "name"), context.GetCaller());
        var person = await db.Invitations
            .Where(row => row.AccountId == name.AccountId && row.Id == name.InvitationId)
            .Select(row => row.UserId)
            .SingleOrDefaultAsync(context.CancellationToken);

        // One that is gone is looked for again by the change, which knows whether this very call ended it before.
        var isAllowed = person == Guid.Empty
            || caller.Actor == $"{new UserName(person)}"
            || await access.HoldsAsync(caller, Permission.UserUpdate, "", context.CancellationToken)
            || (mayWithdraw && await access.HoldsAsync(
                caller, Permission.UserCreate, $"{new AccountName(name.AccountId)}", context.CancellationToken));
        return isAllowed ? new InvitationAnswer(name, new UserName(person)) : throw Refusal.NotFound(text);
    }
}
