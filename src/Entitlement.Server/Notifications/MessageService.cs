using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Notifications;

internal sealed class MessageService(EntitlementDbContext db, OnceWriter writer) : V1.MessageService.MessageServiceBase
{
    public override async Task<ListMessagesResponse> ListMessages(ListMessagesRequest request, ServerCallContext context)
    {
        var page = PageRequest.Parse(request.PageSize, request.PageToken, $"messages {request.State}");
        var messages = db.OutboxMessages.Where(message => message.Id > page.After);
        if (request.State != MessageState.Unspecified)
        {
            var state = request.State.ToDomain();
            messages = messages.Where(message => message.State == state);
        }

        var rows = await messages.OrderBy(message => message.Id).Take(page.Probe).ToListAsync(context.CancellationToken);
        var (shown, next) = page.Cut(rows, message => message.Id);
        return new ListMessagesResponse { Messages = { shown.Select(message => message.ToMessage()) }, NextPageToken = next };
    }

    public override async Task<RetryMessageResponse> RetryMessage(RetryMessageRequest request, ServerCallContext context)
    {
        var name = MessageName.Parse(request.Name, "name");
        await writer.RunAsync(context, request, request.RequestId, (change, token) => RetryAsync(change, name, token));
        var message = await db.OutboxMessages.SingleOrDefaultAsync(row => row.Id == name.MessageId, context.CancellationToken)
            ?? throw Refusal.NotFound($"{name}");
        return new RetryMessageResponse { Message = message.ToMessage() };
    }

    private static async Task<Outcome> RetryAsync(Change change, MessageName name, CancellationToken cancellationToken)
    {
        var message = await change.Db.OutboxMessages.SingleOrDefaultAsync(row => row.Id == name.MessageId, cancellationToken)
            ?? throw Refusal.NotFound($"{name}");
        var isChanged = message.Retry(change.Now);
        if (isChanged)
        {
            change.Audit(account: null, "message.retry", $"{name}");
        }

        return new Outcome($"{name}", Existed: !isChanged);
    }
}
