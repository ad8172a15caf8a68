using Entitlement.Domain.Notifications;
using Entitlement.Server.Notifications;
using Entitlement.Storage;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using MessageState = Entitlement.V1.MessageState;

namespace Entitlement.Server.Tests.Notifications;

public class MessageServiceTests
{
    private static readonly MessageContent Appointed = MessageContent.SupervisorAppointed("Example Works", null);

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Has_a_message_tried_again_that_was_given_up(DatabaseKind database)
    {
        await using var office = await GivenUpAsync(database);
        var given = Assert.Single((await ListAsync(office, MessageState.GivenUp)).Messages);
        office.Mail.Recipient = _ => "250 Ok";
        var request = new RetryMessageRequest { Name = given.Name, RequestId = $"{Guid.NewGuid()}" };

        var retried = (await office.Client.RetryMessageAsync(request)).Message;
        await office.SendAsync();
        var again = (await office.Client.RetryMessageAsync(request)).Message;

        Assert.Equal((MessageState.GivenUp, 1, V1.MessageKind.SupervisorAppointed), (given.State, given.AttemptCount, given.Kind));
        Assert.Equal((MessageState.Waiting, 0), (retried.State, retried.AttemptCount));
        Assert.Equal((MessageState.Sent, ""), (again.State, again.LastFailure));
        Assert.Single(office.Mail.Mails);
        Assert.Equal(1, await office.QueryAsync(db => db.AuditRecords.CountAsync(row => row.Action == "message.retry" && row.Resource == given.Name)));
    }

    [Fact]
    public async Task Tries_for_as_long_as_a_new_one()
    {
        await using var office = await GivenUpAsync(DatabaseKind.Sqlite);
        var name = (await ListAsync(office)).Messages.Single().Name;
        office.Clock.Advance(TimeSpan.FromDays(5));
        office.Mail.Recipient = _ => "450 4.2.0 Later";
        await office.Client.RetryMessageAsync(new RetryMessageRequest { Name = name });

        await office.SendAsync();

        Assert.Equal(MessageState.Waiting, (await ListAsync(office)).Messages.Single().State);
    }

    [Fact]
    public async Task Does_not_send_again_what_was_sent()
    {
        await using var office = await PostOffice.OpenAsync();
        await office.WriteAsync(Appointed);
        await office.SendAsync();
        var name = (await ListAsync(office, MessageState.Sent)).Messages.Single().Name;

        var refusal = await Shop.RefusedAsync(office.Client.RetryMessageAsync(new RetryMessageRequest { Name = name }));

        Assert.Equal((StatusCode.FailedPrecondition, "MESSAGE_SENT"), (refusal.StatusCode, refusal.Reason()));
        Assert.Equal(name, refusal.Info().Metadata["message"]);
        Assert.Single(office.Mail.Mails);
    }

    [Fact]
    public async Task Lists_by_state_page_by_page_and_refuses_what_is_none()
    {
        await using var office = await PostOffice.OpenAsync();
        for (var i = 0; i < 3; i++)
        {
            await office.WriteAsync(Appointed, PostOffice.Ada with { Address = $"p{i}@example.com" });
            office.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        var first = await office.Client.ListMessagesAsync(new ListMessagesRequest { PageSize = 2, State = MessageState.Waiting });
        var second = await office.Client.ListMessagesAsync(
            new ListMessagesRequest { PageSize = 2, State = MessageState.Waiting, PageToken = first.NextPageToken });

        Assert.Equal(
            ["p0@example.com", "p1@example.com", "p2@example.com"],
            first.Messages.Concat(second.Messages).Select(message => message.RecipientAddress));
        Assert.Equal("", second.NextPageToken);
        Assert.Empty((await ListAsync(office, MessageState.Sent)).Messages);
        await Shop.AllNameTheirFieldAsync(
            ("state", "unknown", () => office.Client.ListMessagesAsync(new ListMessagesRequest { State = (MessageState)99 })),
            ("page_token", "of another list", () => office.Client.ListMessagesAsync(new ListMessagesRequest { PageToken = first.NextPageToken })));
        var missing = await Shop.RefusedAsync(
            office.Client.RetryMessageAsync(new RetryMessageRequest { Name = $"messages/{Guid.NewGuid()}" }));
        Assert.Equal("NOT_FOUND", missing.Reason());
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Forgets_what_ended_after_its_time_and_keeps_what_waits(DatabaseKind database)
    {
        await using var office = await GivenUpAsync(database);
        office.Mail.Recipient = _ => "250 Ok";
        await office.WriteAsync(Appointed);
        await office.SendAsync();
        await office.WriteAsync(Appointed);

        office.Clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromMilliseconds(1));
        await office.Hosted<MessageSweep>().SweepAsync(CancellationToken.None);
        var before = (await ListAsync(office)).Messages.Count;
        office.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await office.Hosted<MessageSweep>().SweepAsync(CancellationToken.None);

        Assert.Equal(3, before);
        Assert.Equal(MessageState.Waiting, Assert.Single((await ListAsync(office)).Messages).State);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Nothing_is_left_of_a_person_who_is_erased(DatabaseKind database)
    {
        await using var office = await GivenUpAsync(database);
        await office.WriteAsync(Appointed);
        await office.WriteAsync(Appointed, new Recipient(Guid.CreateVersion7(), "bob@example.com", "Bob"));

        var erased = await office.QueryAsync(db => db.EraseMessagesAsync(PostOffice.Ada.PersonId!.Value, CancellationToken.None));

        Assert.Equal(2, erased);
        Assert.Equal("bob@example.com", Assert.Single((await ListAsync(office)).Messages).RecipientAddress);
    }

    [Fact]
    public async Task Is_for_nobody_without_credentials()
    {
        await using var office = await PostOffice.OpenAsync();
        var anybody = new V1.MessageService.MessageServiceClient(office.Host.Anonymous);

        Assert.Equal(StatusCode.Unauthenticated, (await Shop.RefusedAsync(anybody.ListMessagesAsync(new ListMessagesRequest()))).StatusCode);
        Assert.Equal(
            StatusCode.Unauthenticated,
            (await Shop.RefusedAsync(anybody.RetryMessageAsync(new RetryMessageRequest { Name = "messages/1" }))).StatusCode);
    }

    private static async Task<ListMessagesResponse> ListAsync(PostOffice office, MessageState state = MessageState.Unspecified) =>
        await office.Client.ListMessagesAsync(new ListMessagesRequest { State = state });

    private static async Task<PostOffice> GivenUpAsync(DatabaseKind database)
    {
        var office = await PostOffice.OpenAsync(database);
        office.Mail.Recipient = _ => "550 5.1.1 No such user";
        await office.WriteAsync(Appointed);
        await office.SendAsync();
        return office;
    }
}
