using Entitlement.Domain.Errors;
using Entitlement.Domain.Notifications;
using Entitlement.Server.Idempotency;
using Entitlement.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Entitlement.Server.Tests.Notifications;

/// <summary>When a message is sent, how often, and what becomes of one that can't be.</summary>
public class SendingTests
{
    private static readonly MessageContent Appointed = MessageContent.SupervisorAppointed("Example Works", "C-1001");

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Sends_what_a_change_wrote_once(DatabaseKind database)
    {
        await using var office = await PostOffice.OpenAsync(database);
        await office.WriteAsync(Appointed);

        await office.SendAsync();
        await office.SendAsync();

        var mail = Assert.Single(office.Mail.Mails);
        var row = await office.ReadAsync();
        Assert.Equal(["ada@example.com"], mail.Recipients);
        Assert.Equal($"<{row.Id}@example.com>", mail.MessageId);
        Assert.Equal((MessageState.Sent, 1, office.Clock.GetUtcNow()), (row.State, row.Attempts, row.EndTime));
        Assert.Equal("", row.Values);
    }

    [Fact]
    public async Task Sends_nothing_of_a_change_that_did_not_take_effect()
    {
        await using var office = await PostOffice.OpenAsync();
        await Assert.ThrowsAsync<EntitlementException>(() => office.Host.Services.GetRequiredService<OnceWriter>().RunAsync(
            "tests",
            async (change, token) =>
            {
                change.Send(PostOffice.Ada, Appointed);
                await change.Db.SaveChangesAsync(token);
                throw Refusal.NotFound("accounts/1");
            },
            CancellationToken.None));

        await office.SendAsync();

        Assert.Empty(office.Mail.Mails);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Two_servers_send_each_message_once_between_them(DatabaseKind database)
    {
        const int count = 20;
        await using var office = await PostOffice.OpenAsync(database);
        for (var i = 0; i < count; i++)
        {
            await office.WriteAsync(Appointed);
        }

        using var second = office.NewDispatcher();
        await Task.WhenAll(Task.Run(office.SendAsync), Task.Run(() => second.TrySendAsync(CancellationToken.None)));

        Assert.Equal(count, office.Mail.Mails.Count);
        Assert.Equal(count, office.Mail.Mails.Select(mail => mail.MessageId).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task A_server_that_dies_before_it_notes_the_sending_has_it_sent_again_under_the_same_id(DatabaseKind database)
    {
        await using var office = await PostOffice.OpenAsync(database);
        await office.WriteAsync(Appointed);
        office.Mail.BeforeAnswer = () => office.ExecuteAsync("""ALTER TABLE "OutboxMessages" RENAME TO "Away" """);
        await office.SendAsync();
        Assert.Single(office.Mail.Mails);

        // Nothing that this process knows outlives it.
        office.Mail.BeforeAnswer = () => Task.CompletedTask;
        await office.ExecuteAsync("""ALTER TABLE "Away" RENAME TO "OutboxMessages" """);
        await office.RestartAsync();
        await office.SendAsync();
        Assert.Single(office.Mail.Mails);
        office.Clock.Advance(TimeSpan.FromSeconds(89));
        await office.SendAsync();
        Assert.Single(office.Mail.Mails);
        office.Clock.Advance(TimeSpan.FromSeconds(1));
        await office.SendAsync();

        Assert.Equal(2, office.Mail.Mails.Count);
        Assert.Single(office.Mail.Mails.Select(mail => mail.MessageId).Distinct());
        Assert.Equal((MessageState.Sent, 2), ((await office.ReadAsync()).State, (await office.ReadAsync()).Attempts));
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task A_server_that_lives_notes_the_sending_once_its_database_is_back(DatabaseKind database)
    {
        await using var office = await PostOffice.OpenAsync(database);
        await office.WriteAsync(Appointed);
        office.Mail.BeforeAnswer = () => office.ExecuteAsync("""ALTER TABLE "OutboxMessages" RENAME TO "Away" """);
        await office.SendAsync();
        await office.SendAsync();
        await office.ExecuteAsync("""ALTER TABLE "Away" RENAME TO "OutboxMessages" """);
        office.Clock.Advance(TimeSpan.FromHours(1));

        await office.SendAsync();
        await office.SendAsync();

        Assert.Single(office.Mail.Mails);
        Assert.Equal(MessageState.Sent, (await office.ReadAsync()).State);
        Assert.Single(office.Host.Logs.Lines, line => line.EventId == 1906);
    }

    [Fact]
    public async Task Tries_again_after_growing_pauses_and_gives_up_after_two_days()
    {
        await using var office = await PostOffice.OpenAsync(options: new() { ["Messages:SmtpHost"] = "127.0.0.2" });
        await office.WriteAsync(Appointed);
        var pauses = new List<TimeSpan>();
        var row = await office.ReadAsync();
        var begin = office.Clock.GetUtcNow();
        do
        {
            await office.SendAsync();
            row = await office.ReadAsync();
            pauses.Add(row.DueTime - office.Clock.GetUtcNow());
            office.Clock.Advance(row.DueTime - office.Clock.GetUtcNow());
        }
        while (row.State == MessageState.Waiting);

        Assert.Equal(MessageState.GivenUp, row.State);
        Assert.InRange(row.EndTime!.Value - begin, TimeSpan.FromDays(2) - TimeSpan.FromHours(1), TimeSpan.FromDays(2));
        Assert.All(pauses.Take(6).Index(), pause =>
            Assert.InRange(pause.Item, TimeSpan.FromSeconds(30 << pause.Index), TimeSpan.FromSeconds(60 << pause.Index)));
        Assert.All(pauses.Skip(6).SkipLast(1), pause => Assert.InRange(pause, TimeSpan.FromMinutes(30), TimeSpan.FromHours(1)));
        Assert.NotNull(row.LastFailure);
        Assert.Single(office.Host.Logs.Lines, line => line is { EventId: 1902, Level: LogLevel.Error });
        Assert.Single(office.Host.Logs.Lines, line => line is { EventId: 1904, Level: LogLevel.Error });
        Assert.DoesNotContain("ada@example.com", office.Host.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_server_that_is_away_costs_one_attempt_a_round_and_not_one_for_each_message()
    {
        await using var office = await PostOffice.OpenAsync(options: new() { ["Messages:SmtpHost"] = "127.0.0.2" });
        await office.WriteAsync(Appointed);
        await office.WriteAsync(Appointed);

        await office.SendAsync();

        var messages = (await office.Client.ListMessagesAsync(new V1.ListMessagesRequest())).Messages;
        Assert.Equal([0, 1], messages.Select(message => message.AttemptCount).Order());
    }

    [Theory]
    [InlineData("550 5.1.1 No such user here", MessageState.GivenUp)]
    [InlineData("553 5.1.3 Bad address", MessageState.GivenUp)]
    [InlineData("450 4.2.0 Greylisted", MessageState.Waiting)]
    [InlineData("452 4.2.2 Mailbox full", MessageState.Waiting)]
    public async Task A_recipient_that_is_refused_does_not_hold_up_the_others(string answer, MessageState state)
    {
        await using var office = await PostOffice.OpenAsync();
        office.Mail.Recipient = address => address == "ada@example.com" ? answer : "250 Ok";
        await office.WriteAsync(Appointed);
        await office.WriteAsync(Appointed, new Recipient(null, "bob@example.com", "Bob"));

        await office.SendAsync();

        var messages = (await office.Client.ListMessagesAsync(new V1.ListMessagesRequest())).Messages;
        var refused = messages.Single(message => message.RecipientAddress == "ada@example.com");
        Assert.Equal(["bob@example.com"], office.Mail.Mails.Single().Recipients);
        Assert.Equal($"{state}", $"{refused.State}");
        Assert.Contains(answer[4..], refused.LastFailure, StringComparison.Ordinal);
        Assert.DoesNotContain("ada@example.com", office.Host.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gives_a_mail_server_only_so_much_time()
    {
        await using var office = await PostOffice.OpenAsync();
        await office.WriteAsync(Appointed);
        var never = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        office.Mail.BeforeAnswer = () =>
        {
            reached.SetResult();
            return never.Task;
        };

        var sending = office.SendAsync();
        await reached.Task;
        office.Clock.Advance(TimeSpan.FromSeconds(30));
        await sending;
        never.SetResult();

        var row = await office.ReadAsync();
        Assert.Equal(MessageState.Waiting, row.State);
        Assert.Contains("within 00:00:30", row.LastFailure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_is_no_mail_does_not_hold_up_the_others()
    {
        await using var office = await PostOffice.OpenAsync();
        await office.WriteAsync(Appointed, new Recipient(null, "not an address", "Nobody"));
        await office.WriteAsync(Appointed, new Recipient(null, "jürgen@example.com", "Jürgen"));
        await office.WriteAsync(Appointed);
        await office.ExecuteAsync("""UPDATE "OutboxMessages" SET "Values" = 'nonsense' WHERE "Address" = 'ada@example.com'""");
        await office.WriteAsync(Appointed, new Recipient(null, "bob@example.com", "Bob"));

        await office.SendAsync();

        var states = (await office.Client.ListMessagesAsync(new V1.ListMessagesRequest())).Messages
            .ToDictionary(message => message.RecipientAddress, message => message.State);
        Assert.Equal(["bob@example.com"], office.Mail.Mails.Single().Recipients);
        Assert.Equal(V1.MessageState.GivenUp, states["not an address"]);
        Assert.Equal(V1.MessageState.GivenUp, states["jürgen@example.com"]);
        Assert.Equal(V1.MessageState.Waiting, states["ada@example.com"]);
        Assert.Single(office.Host.Logs.Lines, line => line.EventId == 1905);
    }
}
