using Entitlement.Server.Tests.Activations;
using Entitlement.Storage;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Server.Tests.History;

/// <summary>
/// Installations that do at random what installations do, with answers that are lost and a server that is started again
/// in the middle; and what must be true of it all whatever happened.
/// </summary>
public class HistoryTests
{
    private const int Installations = 8;
    private const int Phases = 2;

    private static readonly int Steps = Environment.GetEnvironmentVariable("ENTITLEMENT_TEST_LONG") == "1" ? 2_000 : 20;

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Random_histories_with_lost_answers_and_restarts_break_no_promise(DatabaseKind database)
    {
        await using var story = await BeginAsync(database);

        using var record = await LiveAsync(story, seed: Random.Shared.Next());

        Assert.Empty(record.Violations);
        Assert.NotEmpty(record.Answers);
        Assert.Contains(record.Answers, answer => answer.IsRepeated);
        Assert.NotEmpty(record.Calls);
    }

    [Theory]
    [InlineData("Licenses", "MachinesHeld", "TRUE", "machine seats")]
    [InlineData("FeatureLines", "Held", "OLD.\"Code\" = 'render'", "leases")]
    public async Task Seats_that_are_lost_as_by_one_who_checks_and_then_writes_are_found_out(
        string table, string column, string rows, string told)
    {
        await using var story = await BeginAsync(DatabaseKind.Sqlite);
        await using (var scope = story.Host.Services.CreateAsyncScope())
        {
            // What another's write between the check and one's own leaves behind: every other seat is taken and not counted.
            // Names of the model, not values.
#pragma warning disable EF1002
            await scope.ServiceProvider.GetRequiredService<EntitlementDbContext>().Database.ExecuteSqlRawAsync(
                $"""
                CREATE TRIGGER "LostUpdate" AFTER UPDATE OF "{column}" ON "{table}"
                WHEN {rows} AND NEW."{column}" > OLD."{column}" AND abs(random()) % 2 = 0
                BEGIN
                    UPDATE "{table}" SET "{column}" = OLD."{column}" WHERE rowid = OLD.rowid;
                END
                """);
#pragma warning restore EF1002
        }

        using var record = await LiveAsync(story, seed: 1);

        Assert.Contains(record.Violations, violation => violation.Contains(told, StringComparison.Ordinal));
    }

    /// <summary>Of one test; the class is made anew for each.</summary>
    private ManualClock Clock { get; } = new(TimeProvider.System.GetUtcNow());

    private Task<ActivationStory> BeginAsync(DatabaseKind database) => ActivationStory.BeginAsync(
        database,
        license =>
        {
            license.MachineLimit = 5;
            license.ReleaseLimit = 1_000;
            license.Features.Add(new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = 6 });
            license.Features.Add(new FeatureLine
            {
                Code = "render",
                Counts = FeatureCount.Lease,
                Quantity = 3,
                LeaseDuration = new Duration { Seconds = 1_800 },
            });
        },
        Clock,
        options: new() { ["Abuse:FilesPerDay"] = "100000", ["Abuse:FailuresPerAddress"] = "1000000", ["Abuse:FailuresOverAll"] = "1000000" });

    private async Task<HistoryRecord> LiveAsync(ActivationStory story, int seed)
    {
        var record = new HistoryRecord($"seed {seed}");
        var installations = Enumerable.Range(0, Installations)
            .Select(i => new Installation(record, story.License, new Random(seed + i)))
            .ToList();

        for (var phase = 0; phase < Phases; phase++)
        {
            await using var database = new SeatWatch(story, record);
            var living = Task.WhenAll(installations.Select(one => one.LiveAsync(new Service(story.Host, Clock), database, Steps)));
            await record.AnsweredAsync(Installations * Steps / 4);
            await story.Host.StopAsync();
            await living;
            await story.Host.StartAgainAsync();
        }

        await LiveOnWhileItIsRevokedAsync(story, record, installations);
        var service = new Service(story.Host, Clock);
        foreach (var installation in installations)
        {
            await installation.SettleAsync(service);
            installation.Dispose();
        }

        await HistoryCheck.RunAsync(story, record);
        return record;
    }

    private async Task LiveOnWhileItIsRevokedAsync(ActivationStory story, HistoryRecord record, List<Installation> installations)
    {
        record.MayBeRevoked = true;
        await using var database = new SeatWatch(story, record);
        var service = new Service(story.Host, Clock);
        var living = Task.WhenAll(installations.Select(one => one.LiveAsync(service, database, Steps / 4)));
        await service.Licenses.RevokeLicenseAsync(new RevokeLicenseRequest { Name = story.License.Name, Reason = "unpaid" });
        await living;
    }
}
