using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.Notifications;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.Notifications;

/// <summary>Messages as the contract shows them.</summary>
internal static class Messages
{
    public static V1.Message ToMessage(this OutboxMessage message) => new()
    {
        Name = $"{new MessageName(message.Id)}",
        Kind = message.Kind switch
        {
            MessageKind.Welcome => V1.MessageKind.Welcome,
            MessageKind.SupervisorAppointed => V1.MessageKind.SupervisorAppointed,
            MessageKind.LicenseFile => V1.MessageKind.LicenseFile,
            MessageKind.PasswordReset => V1.MessageKind.PasswordReset,
            MessageKind.Invitation => V1.MessageKind.Invitation,
            MessageKind.SupervisorGone => V1.MessageKind.SupervisorGone,
            MessageKind.ProductInvitation => V1.MessageKind.ProductInvitation,
        },
        State = message.State switch
        {
            MessageState.Waiting => V1.MessageState.Waiting,
            MessageState.Sending => V1.MessageState.Sending,
            MessageState.Sent => V1.MessageState.Sent,
            MessageState.GivenUp => V1.MessageState.GivenUp,
        },
        RecipientAddress = message.Address,
        RecipientName = message.Name,
        AttemptCount = message.Attempts,
        LastFailure = message.LastFailure ?? "",
        CreateTime = message.CreateTime.ToTimestamp(),
        DueTime = message.State == MessageState.Waiting ? message.DueTime.ToTimestamp() : null,
        EndTime = message.EndTime?.ToTimestamp(),
    };

    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>: the contract knows no such state.</exception>
    public static MessageState ToDomain(this V1.MessageState state) => state switch
    {
        V1.MessageState.Waiting => MessageState.Waiting,
        V1.MessageState.Sending => MessageState.Sending,
        V1.MessageState.Sent => MessageState.Sent,
        V1.MessageState.GivenUp => MessageState.GivenUp,
        _ => throw Refusal.InvalidArgument("state", "must be a value of MessageState"),
    };
}
