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
    public override async Task<InviteToProductResponse> InviteToProduct(
        InviteToProductRequest request, ServerCallContext context)
    {
        var (inviting, caller) = (ProductInviting.Parse(request), context.GetCaller());
        var outcome = await writer.RunAsync(
            context, request, request.RequestId, (change, token) => inviting.RunAsync(change, giver, caller, token));
        var response = await invitations.TellAsync(outcome.Resource, context.CancellationToken);
        response.Existed = outcome.Existed;
        response.ConsistencyToken = outcome.ConsistencyToken;
        return response;
    }

    public override async Task<ListInvitationsResponse> ListInvitations(
        ListInvitationsRequest request, ServerCallContext context)
    {
        var page = PageRequest.Parse(request.PageSize, request.PageToken, $"{request.Parent}/invitations");
        var (shown, next) = await invitations.ListAsync(
            await InvitationsOfAsync(request.Parent, context), page, context.CancellationToken);
        return new ListInvitationsResponse { Invitations = { shown }, NextPageToken = next };
    }

    public override async Task<AcceptInvitationResponse> AcceptInvitation(
        AcceptInvitationRequest request, ServerCallContext context)
    {
        var answer = await ReadAsync(request.Name, mayWithdraw: false, context);
        var outcome = await writer.RunAsync(context, request, request.RequestId, (change, token) => answer.AcceptAsync(change, giver, token));
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
        if (parent.StartsWith("products/", StringComparison.Ordinal))
        {
            var product = ProductName.Parse(parent, "parent");
            await invitations.RequireProductAsync(product, context.CancellationToken);
            return invitations.Of(product);
        }

        if (!parent.StartsWith("users/", StringComparison.Ordinal))
        {
            var account = AccountName.Parse(parent, "parent");
            await reader.RequireAccountAsync(account, context.CancellationToken);
            return invitations.Of(account);
        }

        var user = UserName.Parse(parent, "parent");

        // An account of which the person is a member is not to learn which others ask for the same person.
        return await reader.IsOwnOrSystemAsync(user, context.GetCaller(), context.CancellationToken)
            ? invitations.Of(user)
            : throw Refusal.NotFound(parent);
    }

    /// <summary>To whoever may not answer it, an invitation does not exist.</summary>
    private async Task<InvitationAnswer> ReadAsync(string text, bool mayWithdraw, ServerCallContext context)
    {
        var (name, caller) = (InvitationName.Parse(text, "name"), context.GetCaller());
        var person = await invitations.Of(name)
            .Select(row => row.UserId)
            .SingleOrDefaultAsync(context.CancellationToken);

        // One that is gone is looked for again by the change, which knows whether this very call ended it before.
        var isAllowed = person == Guid.Empty
            || caller.Actor == $"{new UserName(person)}"
            || await access.HoldsAsync(caller, Permission.UserUpdate, "", context.CancellationToken)
            || (mayWithdraw && await access.HoldsAsync(
                caller, Permission.UserCreate, name.Owner, context.CancellationToken));
        return isAllowed ? new InvitationAnswer(name, new UserName(person)) : throw Refusal.NotFound(text);
    }
}
