using System.CommandLine;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using Stub = Entitlement.V1.MessageService.MessageServiceClient;

namespace Entitlement.CommandLine.Notifications;

/// <summary><c>entitle messages …</c></summary>
internal static class MessageCommands
{
    private static readonly Dictionary<string, MessageState> States = new(StringComparer.OrdinalIgnoreCase)
    {
        ["waiting"] = MessageState.Waiting,
        ["sending"] = MessageState.Sending,
        ["sent"] = MessageState.Sent,
        ["given_up"] = MessageState.GivenUp,
    };

    public static Command Create() => new("messages", "See which messages were sent to people, and have them sent again")
    {
        ListMessages(),
        RetryMessage(),
    };

    private static MethodDescriptor Rpc(string name) => MessageService.Descriptor.FindMethodByName(name);

    private static ListCommand<ListMessagesRequest, ListMessagesResponse> ListMessages()
    {
        var state = new Option<string?>("--state")
        {
            Description = $"Only those in this state: {string.Join(", ", States.Keys)}. [default: all]",
            HelpName = "STATE",
        };
        state.AcceptOnlyFromAmong([.. States.Keys]);
        return new ListCommand<ListMessagesRequest, ListMessagesResponse>(
            "list",
            "List messages, oldest first",
            Rpc(nameof(Stub.ListMessages)),
            ["name", "kind", "state", "recipient_address", "attempt_count", "create_time", "due_time", "end_time", "last_failure"],
            (parse, request) => request.State = parse.GetValue(state) is { } text ? States[text] : MessageState.Unspecified)
        { state };
    }

    private static RpcCommand<RetryMessageRequest, RetryMessageResponse> RetryMessage()
    {
        var name = new Argument<string>("NAME") { Description = "messages/ID, or the id alone" };
        return new RpcCommand<RetryMessageRequest, RetryMessageResponse>(
            "retry",
            "Have a message tried at once that was given up, or waits for its next try",
            Rpc(nameof(Stub.RetryMessage)),
            (parse, request) =>
            {
                request.Name = ResourceNames.Complete("messages", parse.GetRequiredValue(name));
                request.RequestId = RequestId.From(parse);
            })
        { name, RequestId.Option };
    }
}
