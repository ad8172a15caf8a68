using Entitlement.Domain.Errors;
using Entitlement.Domain.Notifications;

namespace Entitlement.Domain.Tests.Notifications;

public class OutboxMessageTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    [Fact]
    public void Forgets_what_it_told_once_it_was_sent()
    {
        var message = NewMessage();
        message.Claim();

        message.NoteSent(Now.AddMinutes(1), Month);

        Assert.Equal((MessageState.Sent, "", Now.AddMinutes(1), Now.AddMinutes(1) + Month),
            (message.State, message.Values, message.EndTime, message.DueTime));
    }

    [Fact]
    public void Keeps_what_it_tells_while_it_may_still_be_sent()
    {
        var message = NewMessage();
        message.Claim();
        message.GiveUp("no such user", Now, Month);

        Assert.True(message.Retry(Now.AddDays(1)));

        Assert.Equal("Example Works", message.ReadValues()["account"]);
        Assert.Equal((MessageState.Waiting, 0, Now.AddDays(1), Now.AddDays(1)),
            (message.State, message.Attempts, message.DueTime, message.TryTime));
        Assert.Null(message.EndTime);
    }

    [Fact]
    public void Is_not_tried_again_once_it_was_sent()
    {
        var message = NewMessage();
        message.Claim();
        message.NoteSent(Now, Month);

        var refusal = Assert.Throws<EntitlementException>(() => message.Retry(Now));

        Assert.Equal(FailureReason.MessageSent, refusal.Reason);
    }

    [Fact]
    public void Is_left_to_the_server_that_sends_it()
    {
        var message = NewMessage();
        message.Claim();

        Assert.False(message.Retry(Now));
        Assert.Equal((MessageState.Sending, 1), (message.State, message.Revision));
    }

    [Fact]
    public void Raises_its_revision_with_every_change()
    {
        var message = NewMessage();
        var seen = new List<int> { message.Revision };
        Action[] changes =
        [
            message.Claim, () => message.NoteFailure("x", Now), message.Claim, () => message.GiveUp("x", Now, Month),
            () => message.Retry(Now), message.Claim, () => message.NoteSent(Now, Month),
        ];
        foreach (var change in changes)
        {
            change();
            seen.Add(message.Revision);
        }

        Assert.Equal(Enumerable.Range(0, changes.Length + 1), seen);
    }

    [Fact]
    public void Keeps_no_more_of_a_failure_than_it_has_room_for()
    {
        var message = NewMessage();

        message.NoteFailure(new string('x', 10_000), Now);

        Assert.Equal(OutboxMessage.MaxFailureLength, message.LastFailure!.Length);
    }

    private static OutboxMessage NewMessage() => OutboxMessage.Create(
        new Recipient(null, "ada@example.com", "Ada"), MessageContent.SupervisorAppointed("Example Works", null), Now);
}
