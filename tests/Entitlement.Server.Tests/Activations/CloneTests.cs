using Entitlement.Formats;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.Tests.Activations;

/// <summary>
/// Generations that do not fit, and two installations with one instance key: told and recorded, and nobody locked
/// out.
/// </summary>
public sealed class CloneTests
{
    private static readonly DateTimeOffset Start = new(2027, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Two_calls_under_one_number_are_noted_once_a_day_and_lock_nobody_out(DatabaseKind database)
    {
        var clock = new ManualClock(Start);
        await using var story = await ActivationStory.BeginAsync(database, clock: clock);
        using var machine = await ReportingMachine.ActivateAsync(story);
        await machine.LeaseAsync(0);
        foreach (var hours in (int[])[0, 23, 2])
        {
            clock.Advance(TimeSpan.FromHours(hours));
            var fork = machine.Product.Report(machine.Activation, 1, new StatusReport { Generation = 1, ProductVersion = $"{hours}" });
            Assert.Equal("CALL_OUT_OF_SEQUENCE", (await Refusals.OfAsync(() => story.ReportAsync(fork)))?.Reason());
        }

        var next = await machine.LeaseAsync(0);

        Assert.Equal(ActivationState.InForce, next.State);
        Assert.Equal(Start.AddHours(25).ToTimestamp(), (await story.ReadAsync(machine.Activation)).CloneSuspectedTime);
        Assert.Equal(
            Enumerable.Repeat("""{"sign":"SequenceForked","generation":1,"sequence":1,"last_sequence":1}""", 2),
            (await story.RecordsAsync("activation.suspect_clone")).Select(record => record.Details));
    }

    [Fact]
    public async Task Only_the_suspected_are_listed_on_demand()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite, license => license.MachineLimit = 3);
        var machines = await ReportingMachine.ActivateAsync(story, 3);
        await machines[1].LeaseAsync(0);
        await Refusals.OfAsync(() => story.ReportAsync(
            machines[1].Product.Report(machines[1].Activation, 1, new StatusReport { ProductVersion = "of the copy" })));

        var listed = await new ActivationService.ActivationServiceClient(story.Host.Administrator).ListActivationsAsync(
            new ListActivationsRequest { Parent = story.License.Name, CloneSuspectedOnly = true });

        Assert.Equal([machines[1].Activation], listed.Activations.Select(activation => activation.Name));
        machines.ForEach(machine => machine.Dispose());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_generation_behind_the_record_is_told_each_time_and_recorded_once(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database);
        using var machine = await ReportingMachine.ActivateAsync(story);
        await story.ActivateAsync(machine.Product.Sign(machine.Product.Ask(story.License.Slc) with { Generation = 1 }));

        var first = await story.ReportAsync(machine.Want(0, generation: 1));
        var second = await story.ReportAsync(machine.Want(0, generation: 1));
        var caughtUp = await story.ReportAsync(machine.Want(0, generation: 2));

        Assert.All([first, second], answer => Assert.Equal(
            (2, true, GenerationNotice.Behind), (answer.Generation, answer.NewerFileExists, answer.GenerationNotice)));
        Assert.Equal((false, GenerationNotice.Unspecified), (caughtUp.NewerFileExists, caughtUp.GenerationNotice));
        Assert.Equal(
            """{"generation":2,"told_generation":1,"generation_notice":"Behind"}""",
            Assert.Single(await story.RecordsAsync("activation.notice_generation")).Details);
        Assert.Null((await story.ReadAsync(machine.Activation)).CloneSuspectedTime);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_generation_ahead_of_a_restored_record_is_recorded_and_gone_on_from(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database);
        using var machine = await ReportingMachine.ActivateAsync(story);

        var report = await story.ReportAsync(machine.Want(0, generation: 7));
        var next = await story.ActivateAsync(machine.Product.Sign(machine.Product.Ask(story.License.Slc) with { Generation = 6 }));

        Assert.Equal((GenerationNotice.Ahead, false), (report.GenerationNotice, report.NewerFileExists));
        Assert.Equal(8, next.Activation.Generation);
        Assert.Equal(
            """{"generation":1,"told_generation":7,"generation_notice":"Ahead"}""",
            Assert.Single(await story.RecordsAsync("activation.notice_generation")).Details);
        Assert.Contains("restored from an older copy", story.Host.Logs.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Two_copies_that_renew_in_turn_are_noticed_and_both_get_their_files(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database);
        using var machine = await ReportingMachine.ActivateAsync(story);
        var (one, other) = (1, 1);

        one = await RenewAsync(story, machine.Product, one);
        other = await RenewAsync(story, machine.Product, other);
        var afterFirstTurn = (await story.ReadAsync(machine.Activation)).CloneSuspectedTime;
        one = await RenewAsync(story, machine.Product, one);

        Assert.Equal((4, 3), (one, other));
        Assert.Null(afterFirstTurn);
        Assert.NotNull((await story.ReadAsync(machine.Activation)).CloneSuspectedTime);
        Assert.Equal(
            """{"sign":"BehindTwice","generation":2}""",
            Assert.Single(await story.RecordsAsync("activation.suspect_clone")).Details);
    }

    [Fact]
    public async Task A_report_of_an_older_file_than_was_told_before_is_noticed()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite);
        using var machine = await ReportingMachine.ActivateAsync(story);
        await RenewAsync(story, machine.Product, 1);
        await story.ReportAsync(machine.Want(0, generation: 2));

        await story.ReportAsync(machine.Want(0, generation: 1));

        Assert.Equal(
            """{"sign":"GenerationWentBack","generation":1}""",
            Assert.Single(await story.RecordsAsync("activation.suspect_clone")).Details);
    }

    [Fact]
    public async Task The_same_key_on_another_machine_is_noticed_and_gets_its_file()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite);
        using var machine = await ReportingMachine.ActivateAsync(story);
        using var elsewhere = new InstalledProduct();
        var request = machine.Product.Ask(story.License.Slc) with
        {
            Generation = 1,
            Machine = new RequestingMachine("a copy", elsewhere.Components),
        };

        var answer = await story.ActivateAsync(machine.Product.Sign(request));

        Assert.Equal(2, answer.Activation.Generation);
        Assert.Equal(answer.Activation.UpdateTime, answer.Activation.CloneSuspectedTime);
        Assert.Equal(
            """{"sign":"OtherMachine","generation":1}""",
            Assert.Single(await story.RecordsAsync("activation.suspect_clone")).Details);
    }

    [Fact]
    public async Task An_installation_that_renews_loses_its_file_and_comes_back_is_not_suspected()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite);
        using var machine = await ReportingMachine.ActivateAsync(story);
        var generation = await RenewAsync(story, machine.Product, 1);
        await story.ReportAsync(machine.Want(0, generation));
        generation = await RenewAsync(story, machine.Product, generation: 0);
        generation = await RenewAsync(story, machine.Product, generation);
        await story.ReturnAsync(machine.Product.Return(machine.Activation, generation));
        await story.ReportAsync(machine.Want(0, generation));
        generation = await RenewAsync(story, machine.Product, generation: 0);
        await story.ReportAsync(machine.Want(0, generation));

        Assert.Equal(5, generation);
        Assert.Null((await story.ReadAsync(machine.Activation)).CloneSuspectedTime);
    }

    private static async Task<int> RenewAsync(ActivationStory story, InstalledProduct product, int generation) =>
        (await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc) with { Generation = generation }))).Activation.Generation;
}
