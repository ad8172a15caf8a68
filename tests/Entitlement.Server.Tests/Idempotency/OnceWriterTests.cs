using Entitlement.Domain.Errors;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Entitlement.Storage.Idempotency;
using Entitlement.Testing;
using Entitlement.V1;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Entitlement.Server.Tests.Idempotency;

public class OnceWriterTests
{
    private static readonly TimeSpan Retention = TimeSpan.FromDays(30);

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Decides_anew_when_the_same_call_took_effect_meanwhile(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var once = new Once("bootstrap", "/entitlement.v1.LicenseService/ReinstateLicense", Guid.NewGuid(), new byte[32]);
        var attempts = 0;

        var outcome = await shop.Host.Services.GetRequiredService<OnceWriter>().RunAsync(
            once,
            async (change, token) =>
            {
                if (++attempts > 1)
                {
                    return new Outcome("licenses/1", Existed: false);
                }

                // What the other call commits after this one looked for it.
                change.Db.Add(IdempotencyRecord.Create(
                    once.Caller, once.Method, once.RequestId, once.ContentHash, "licenses/1", change.Now));
                await change.Db.SaveChangesAsync(token);
                throw Refusal.NotFound("licenses/1");
            },
            CancellationToken.None);

        Assert.Equal((2, "licenses/1"), (attempts, outcome.Resource));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Keeps_the_ids_of_two_callers_and_two_methods_apart(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var writer = shop.Host.Services.GetRequiredService<OnceWriter>();
        var id = Guid.NewGuid();
        Once[] calls = [new("a", "/x", id, new byte[32]), new("b", "/x", id, new byte[32]), new("a", "/y", id, new byte[32])];

        var outcomes = new List<Outcome>();
        foreach (var call in calls)
        {
            outcomes.Add(await writer.RunAsync(
                call, (_, _) => Task.FromResult(new Outcome($"{call.Caller}{call.Method}", Existed: false)), CancellationToken.None));
        }

        Assert.Equal([new("a/x", false), new("b/x", false), new("a/y", false)], outcomes);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Remembers_a_call_for_thirty_days_and_no_longer(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var request = new CreateAccountRequest { Account = new Account { DisplayName = "Acme" }, RequestId = $"{Guid.NewGuid()}" };
        var first = await shop.Accounts.CreateAccountAsync(request);

        shop.Clock.Advance(Retention);
        var within = await shop.Accounts.CreateAccountAsync(request);
        shop.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var after = await shop.Accounts.CreateAccountAsync(request);

        Assert.Equal((first.Account, true), (within.Account, within.Existed));
        Assert.NotEqual(first.Account.Name, after.Account.Name);
        Assert.False(after.Existed);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Clears_away_what_is_older_than_that(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        foreach (var age in new[] { TimeSpan.Zero, TimeSpan.FromDays(3), TimeSpan.FromDays(30) })
        {
            shop.Clock.Advance(age);
            await shop.Accounts.CreateAccountAsync(
                new CreateAccountRequest { Account = new Account { DisplayName = "Acme" }, RequestId = $"{Guid.NewGuid()}" });
        }

        shop.Clock.Advance(TimeSpan.FromSeconds(1));
        await shop.Host.Services.GetServices<IHostedService>().OfType<IdempotencySweep>().Single().SweepAsync(CancellationToken.None);

        Assert.Equal(
            [shop.Clock.GetUtcNow().AddSeconds(-1).ToWholeMilliseconds()],
            await shop.ReadAsync(db => db.IdempotencyRecords.Select(record => record.CreateTime).ToListAsync()));
    }
}
