using Entitlement.Domain.Notifications;

namespace Entitlement.Server.Tests.Notifications;

/// <summary>Messages as files, which is what a server does that nobody has configured.</summary>
public class FolderTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly MessageContent Appointed = MessageContent.SupervisorAppointed("Example Works", null);

    private static readonly Recipient Climber = new(null, "a/b/c@example.com", "../../escape");

    [Fact]
    public async Task Writes_each_message_into_a_file_of_its_own_for_its_owner_alone()
    {
        await using var office = await OpenAsync();
        await office.WriteAsync(Appointed, Climber);
        await office.SendAsync();

        var folder = Path.Combine(office.Host.DataDirectory, "mail");
        var row = await office.ReadAsync();
        var file = Assert.Single(Directory.GetFileSystemEntries(folder));
        var text = await File.ReadAllTextAsync(file);
        Assert.Equal(MessageState.Sent, row.State);
        Assert.Equal($"{row.Id}.eml", Path.GetFileName(file));
        Assert.Contains($"Message-ID: <{row.Id}@localhost>", text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("You are a supervisor of Example Works", text, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(file));
            Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        }
    }

    [Fact]
    public async Task A_message_that_is_sent_once_more_takes_the_place_of_its_file()
    {
        await using var office = await OpenAsync();
        await office.WriteAsync(Appointed);
        await office.SendAsync();
        await office.ExecuteAsync("""UPDATE "OutboxMessages" SET "State" = 2, "Values" = '{{"account": "Other Works", "customer_number": ""}}' """);
        await office.SendAsync();
        office.Clock.Advance(TimeSpan.FromMinutes(2));

        await office.SendAsync();

        var file = Assert.Single(Directory.GetFiles(Path.Combine(office.Host.DataDirectory, "mail")));
        Assert.Contains("Other Works", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waits_while_the_folder_can_not_be_written()
    {
        await using var office = await OpenAsync();
        var folder = Path.Combine(office.Host.DataDirectory, "mail");
        await File.WriteAllTextAsync(folder, "no folder");
        await office.WriteAsync(Appointed);
        await office.SendAsync();
        Assert.Equal(MessageState.Waiting, (await office.ReadAsync()).State);

        File.Delete(folder);
        office.Clock.Advance(TimeSpan.FromMinutes(1));
        await office.SendAsync();

        Assert.Equal(MessageState.Sent, (await office.ReadAsync()).State);
        Assert.Equal([1902, 1903], office.Host.Logs.Lines.Select(line => line.EventId).Where(id => id is 1902 or 1903));
    }

    private static Task<PostOffice> OpenAsync() => PostOffice.OpenAsync(options: new()
    {
        ["Messages:Transport"] = null,
        ["Messages:From"] = null,
    });
}
