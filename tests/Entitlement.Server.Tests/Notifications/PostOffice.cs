using Entitlement.Domain.Notifications;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Notifications;
using Entitlement.Storage;
using Entitlement.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using MessageClient = Entitlement.V1.MessageService.MessageServiceClient;

namespace Entitlement.Server.Tests.Notifications;

/// <summary>A server whose messages go when a test says so, and a mail server that takes them.</summary>
internal sealed class PostOffice : IAsyncDisposable
{
    public const string Secret = "k7Yc0pQ-3n9x_secret-of-the-link";

    public static readonly Recipient Ada = new(Guid.Parse("01981d00-0000-7000-8000-000000000001"), "ada@example.com", "Ada Lovelace");

    private PostOffice(EntitlementHost host, ManualClock clock, MailServer mail)
    {
        Host = host;
        Clock = clock;
        Mail = mail;
        Dispatcher = NewDispatcher();
        Client = new MessageClient(host.Administrator);
    }

    public EntitlementHost Host { get; }

    public ManualClock Clock { get; }

    public MailServer Mail { get; }

    public MessageClient Client { get; }

    /// <summary>One replica's.</summary>
    public MessageDispatcher Dispatcher { get; private set; }

    /// <summary>How often the secret of a link was made.</summary>
    public int LinksMade { get; private set; }

    /// <param name="database">Where messages wait.</param>
    /// <param name="options">Beside those that lead to the mail server.</param>
    /// <param name="mail">Null for one that takes everything.</param>
    public static async Task<PostOffice> OpenAsync(
        DatabaseKind database = DatabaseKind.Sqlite, Dictionary<string, string?>? options = null, MailServer? mail = null)
    {
        mail ??= new MailServer();
        var clock = new ManualClock(TimeProvider.System.GetUtcNow().ToWholeMilliseconds());
        PostOffice? office = null;
        var settings = new HostSettings
        {
            Database = database,
            Clock = clock,
            Options = new(options ?? [], StringComparer.Ordinal),
            Services = services =>
            {
                // Only where a test asks for it; and each test has the one that it asks.
                services.Remove(services.Single(service => service.ImplementationType == typeof(MessageDispatcher)));
                services.RemoveAll<MakeEntrance>();
                services.AddSingleton<MakeEntrance>((_, _, _, now, _) =>
                {
                    office!.LinksMade++;
                    return Task.FromResult<Entrance?>(new Entrance.Link(Secret, now.AddDays(1)));
                });
            },
        };
        foreach (var (key, value) in new[]
        {
            ("Messages:Transport", "Smtp"), ("Messages:SmtpHost", "127.0.0.1"), ("Messages:SmtpPort", $"{mail.Port}"),
            ("Messages:SmtpSecurity", "None"), ("Messages:From", "licenses@example.com"),
            ("Messages:LoginAddress", "https://portal.example.com/"),
            ("Messages:SetPasswordAddress", "https://portal.example.com/password"),
        })
        {
            settings.Options.TryAdd(key, value);
        }

        office = new PostOffice(await EntitlementHost.StartAsync(settings), clock, mail);
        return office;
    }

    /// <summary>As another replica has it.</summary>
    public MessageDispatcher NewDispatcher() => ActivatorUtilities.CreateInstance<MessageDispatcher>(Host.Services);

    /// <summary>As a slice does it, in a change of its own.</summary>
    public async Task WriteAsync(MessageContent content, Recipient? to = null) =>
        await Host.Services.GetRequiredService<OnceWriter>().RunAsync(
            "tests",
            (change, _) =>
            {
                change.Send(to ?? Ada, content);
                return Task.FromResult(new Outcome("accounts/1", Existed: false));
            },
            CancellationToken.None);

    public Task SendAsync() => Dispatcher.TrySendAsync(CancellationToken.None);

    /// <summary>The server ends without a word, and starts again on the same data.</summary>
    public async Task RestartAsync()
    {
        Dispatcher.Dispose();
        await Host.StopAsync();
        await Host.StartAgainAsync();
        Dispatcher = NewDispatcher();
    }

    /// <summary>The only message that there is.</summary>
    public Task<OutboxMessage> ReadAsync() => QueryAsync(db => db.OutboxMessages.SingleAsync());

    public async Task<T> QueryAsync<T>(Func<EntitlementDbContext, Task<T>> query)
    {
        await using var db = await Host.Services.GetRequiredService<IDbContextFactory<EntitlementDbContext>>().CreateDbContextAsync();
        return await query(db);
    }

    public T Hosted<T>() => Host.Services.GetServices<IHostedService>().OfType<T>().Single();

    public Task ExecuteAsync(string sql) => QueryAsync(db => db.Database.ExecuteSqlRawAsync(sql));

    public async ValueTask DisposeAsync()
    {
        Dispatcher.Dispose();
        await Host.DisposeAsync();
        await Mail.DisposeAsync();
    }
}
