using System.Data.Common;
using System.Diagnostics;
using Entitlement.Storage;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using FeatureLine = Entitlement.V1.FeatureLine;

namespace Entitlement.Server.Tests.Activations;

public sealed class LeaseTests
{
    private static readonly DateTimeOffset Start = new(2027, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_report_takes_renews_and_gives_back_exactly_what_it_names(DatabaseKind database)
    {
        var clock = new ManualClock(Start);
        await using var story = await BeginAsync(database, renders: 5, clock: clock);
        using var machine = await ReportingMachine.ActivateAsync(story);

        var taken = await machine.LeaseAsync(3);
        clock.Advance(TimeSpan.FromMinutes(20));
        var renewed = await machine.LeaseAsync(2);
        var afterRenewal = await HeldAsync(story);
        var returned = await machine.LeaseAsync(0);

        Assert.Equal((ActivationState.InForce, Start), (taken.State, taken.ReportTime.ToDateTimeOffset()));
        Assert.Equal([Lease(3, Start.AddHours(1))], taken.Leases);
        Assert.Equal([Lease(2, Start.AddMinutes(80))], renewed.Leases);
        Assert.Equal(2, afterRenewal);
        Assert.Empty(returned.Leases);
        Assert.Equal(0, await HeldAsync(story));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Many_takers_at_once_get_exactly_the_quantity(DatabaseKind database)
    {
        await using var story = await BeginAsync(database, renders: 7, machines: 24);
        var machines = await ReportingMachine.ActivateAsync(story, 24);

        var answers = await Task.WhenAll(machines.Select(machine => machine.TryLeaseAsync(1)));

        Assert.Equal(7, answers.Count(refusal => refusal is null));
        Assert.All(answers.OfType<RpcException>(), refusal =>
            Assert.Equal(("SEATS_EXHAUSTED", StatusCode.FailedPrecondition), (refusal.Reason(), refusal.StatusCode)));
        Assert.Equal(7, await HeldAsync(story));
        machines.ForEach(machine => machine.Dispose());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Takers_that_race_for_what_has_run_out_get_exactly_that(DatabaseKind database)
    {
        var clock = new ManualClock(Start);
        await using var story = await BeginAsync(database, renders: 4, machines: 16, clock: clock);
        var machines = await ReportingMachine.ActivateAsync(story, 16);
        foreach (var machine in machines.Take(4))
        {
            await machine.LeaseAsync(1);
        }

        clock.Advance(TimeSpan.FromMinutes(30));
        await machines[0].LeaseAsync(1);
        clock.Advance(TimeSpan.FromMinutes(30));
        var answers = await Task.WhenAll(machines.Skip(4).Select(machine => machine.TryLeaseAsync(1)));

        // Three have run out; the first was renewed.
        Assert.Equal(3, answers.Count(refusal => refusal is null));
        Assert.Equal(4, await HeldAsync(story));
        Assert.Single((await story.ReadAsync(machines[0].Activation)).Leases);
        Assert.Empty((await story.ReadAsync(machines[1].Activation)).Leases);
        machines.ForEach(machine => machine.Dispose());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_full_line_is_told_by_its_numbers_and_by_when_the_next_lease_ends(DatabaseKind database)
    {
        var clock = new ManualClock(Start);
        await using var story = await BeginAsync(database, renders: 3, machines: 3, clock: clock);
        var machines = await ReportingMachine.ActivateAsync(story, 3);
        await machines[0].LeaseAsync(1);
        clock.Advance(TimeSpan.FromMinutes(10));
        await machines[1].LeaseAsync(1);
        var before = await story.SnapshotAsync();

        var refusal = await machines[2].TryLeaseAsync(2);

        Assert.NotNull(refusal);
        var line = Assert.Single(refusal.Find<SeatShortage>()!.Lines);
        Assert.Equal(("features/render", 3, 2, 2, 0), (line.Line_, line.Limit, line.Held, line.Requested, line.Overage));
        Assert.Equal("2", refusal.Info().Metadata["features/render.held"]);
        Assert.Equal(TimeSpan.FromMinutes(50), refusal.Find<RetryInfo>()!.RetryDelay.ToTimeSpan());
        Assert.Equal(before, await story.SnapshotAsync());
        machines.ForEach(machine => machine.Dispose());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_report_for_more_than_is_left_of_one_line_moves_no_other(DatabaseKind database)
    {
        await using var story = await BeginAsync(database, renders: 1, change: license => license.Features.Add(
            new FeatureLine { Code = "animate", Counts = FeatureCount.Lease, Quantity = 5 }));
        using var machine = await ReportingMachine.ActivateAsync(story);
        await machine.LeaseAsync(1);

        var report = ReportingMachine.ReportOf(renders: 2);
        report.Leases.Add(new LeaseWish { Feature = "animate", Quantity = 5 });
        var refusal = await Refusals.OfAsync(() => story.ReportAsync(machine.Next(report)));

        Assert.Equal("features/render", Assert.Single(refusal!.Find<SeatShortage>()!.Lines).Line_);
        var license = await story.Host.ReadAsync(story.License);
        Assert.Equal(
            [("animate", 0), ("render", 1)], license.Features.Select(line => (line.Code, line.Held)));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Whatever_ends_an_activation_gives_its_leases_back(DatabaseKind database)
    {
        await using var story = await BeginAsync(database, renders: 4, machines: 4);
        var machines = await ReportingMachine.ActivateAsync(story, 4);
        foreach (var machine in machines)
        {
            await machine.LeaseAsync(1);
        }

        await story.ReturnAsync(machines[0].Product.Return(machines[0].Activation));
        var afterReturn = await HeldAsync(story);
        await story.ReleaseAsync(machines[1].Activation);
        var afterRelease = await HeldAsync(story);
        var told = await machines[1].LeaseAsync(1);
        await RevokeAsync(story);

        Assert.Equal((3, 2), (afterReturn, afterRelease));
        Assert.Equal(ActivationState.Released, told.State);
        Assert.Empty(told.Leases);
        Assert.Equal(0, await HeldAsync(story));
        var revoked = await machines[2].LeaseAsync(1);
        Assert.Equal((ActivationState.Revoked, 0), (revoked.State, revoked.Leases.Count));
        machines.ForEach(machine => machine.Dispose());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Takers_that_race_with_the_end_of_their_activation_leave_nothing_held(DatabaseKind database)
    {
        await using var story = await BeginAsync(database, renders: 100, machines: 12);
        var machines = await ReportingMachine.ActivateAsync(story, 12);

        var taking = machines.Select(machine => machine.TryLeaseAsync(2));
        var ending = machines.Select(machine => Refusals.OfAsync(() =>
            story.ReturnAsync(machine.Product.Return(machine.Activation))));
        var refusals = await Task.WhenAll(taking.Concat(ending));

        Assert.All(refusals, refusal => Assert.Null(refusal?.Reason()));
        Assert.Equal(0, await HeldAsync(story));
        machines.ForEach(machine => machine.Dispose());
    }

    /// <summary>On PostgreSQL, where writers run side by side: the lock on the license is held until both wait for it.</summary>
    [Fact]
    public async Task A_report_that_read_an_activation_just_before_it_ended_lends_it_nothing()
    {
        await using var story = await BeginAsync(DatabaseKind.PostgreSql, renders: 4);
        using var machine = await ReportingMachine.ActivateAsync(story);

        // What is told for the first time is written to the activation, and would meet its end there.
        await machine.LeaseAsync(0);
        await using var holder = await ConnectAsync(story);
        await using var holding = await holder.BeginTransactionAsync();
        await ExecuteAsync(holder, "UPDATE \"Licenses\" SET \"MachinesHeld\" = \"MachinesHeld\" RETURNING 1");

        var ending = story.ReturnAsync(machine.Product.Return(machine.Activation));
        await WaitingAsync(story, 1);
        var lending = machine.LeaseAsync(2);
        await WaitingAsync(story, 2);
        await holding.RollbackAsync();
        await ending;
        var answer = await lending;

        Assert.Equal((ActivationState.Returned, 0), (answer.State, answer.Leases.Count));
        Assert.Equal(0, await HeldAsync(story));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_license_that_is_made_to_end_earlier_ends_its_leases_with_it(DatabaseKind database)
    {
        var clock = new ManualClock(Start);
        await using var story = await BeginAsync(database, renders: 4, clock: clock);
        using var machine = await ReportingMachine.ActivateAsync(story);
        await machine.LeaseAsync(1);
        var end = Start.AddMinutes(10).ToTimestamp();

        await new LicenseService.LicenseServiceClient(story.Host.Administrator).UpdateLicenseAsync(new UpdateLicenseRequest
        {
            Name = story.License.Name,
            License = new License { EndTime = end },
            UpdateMask = new FieldMask { Paths = { "end_time" } },
            Reason = "sold for less time",
        });

        Assert.Equal(end, Assert.Single((await story.ReadAsync(machine.Activation)).Leases).ExpireTime);
        clock.Advance(TimeSpan.FromMinutes(10));
        var over = await machine.LeaseAsync(1);
        Assert.Equal((ActivationState.Expired, 0), (over.State, over.Leases.Count));
    }

    [Fact]
    public async Task A_suspended_license_lends_nothing_and_takes_nothing_away()
    {
        var clock = new ManualClock(Start);
        await using var story = await BeginAsync(DatabaseKind.Sqlite, renders: 4, clock: clock);
        using var machine = await ReportingMachine.ActivateAsync(story);
        await machine.LeaseAsync(1);
        await new LicenseService.LicenseServiceClient(story.Host.Administrator).SuspendLicenseAsync(
            new SuspendLicenseRequest { Name = story.License.Name, Reason = "unpaid" });
        clock.Advance(TimeSpan.FromMinutes(30));

        var running = await machine.LeaseAsync(3);
        clock.Advance(TimeSpan.FromMinutes(30));
        var over = await machine.LeaseAsync(3);

        Assert.Equal(ActivationState.Suspended, running.State);
        Assert.Equal([Lease(1, Start.AddHours(1))], running.Leases);
        Assert.Empty(over.Leases);
    }

    [Fact]
    public async Task A_feature_that_does_not_float_is_not_lent()
    {
        await using var story = await BeginAsync(DatabaseKind.Sqlite, renders: 4, change: license => license.Features.Add(
            new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = 5 }));
        using var machine = await ReportingMachine.ActivateAsync(story);

        foreach (var feature in (string[])["camera", "unheard-of"])
        {
            var report = new StatusReport { Generation = 1, Leases = { new LeaseWish { Feature = feature, Quantity = 1 } } };
            var refusal = await Refusals.OfAsync(() => story.ReportAsync(machine.Next(report)));

            Assert.Equal(("FEATURE_NOT_LICENSED", feature), (refusal?.Reason(), refusal?.Info().Metadata["feature"]));
        }
    }

    [Fact]
    public async Task A_device_can_not_hold_what_floats()
    {
        await using var story = await BeginAsync(DatabaseKind.Sqlite, renders: 4);
        using var product = new InstalledProduct();
        var request = product.Ask(story.License.Slc) with { Devices = [new Formats.RequestedDevice("gpu-1", "render")] };

        var refusal = await story.RefusedAsync(product.Sign(request));

        Assert.Equal("FEATURE_NOT_LICENSED", refusal.Reason());
    }

    [Fact]
    public async Task The_license_file_says_what_floats_and_gives_nothing_of_it()
    {
        await using var story = await BeginAsync(DatabaseKind.Sqlite, renders: 4);
        using var product = new InstalledProduct();

        var answer = await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc)));

        var feature = Assert.Single(ActivationStory.Read(answer.LicenseFile).Features);
        Assert.Equal(("render", Formats.FeatureCounting.Lease, 4), (feature.Code, feature.Counts, feature.Quantity));
        Assert.Equal(0, story.Verify(answer.LicenseFile, product).QuantityOf("render"));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Takes_returns_and_lapses_are_recorded_and_renewals_are_not(DatabaseKind database)
    {
        var clock = new ManualClock(Start);
        await using var story = await BeginAsync(database, renders: 2, machines: 2, clock: clock);
        var machines = await ReportingMachine.ActivateAsync(story, 2);
        await machines[0].LeaseAsync(2);
        await machines[0].LeaseAsync(2);
        clock.Advance(TimeSpan.FromHours(1));
        await machines[1].LeaseAsync(1);
        await machines[1].LeaseAsync(0);

        var records = await story.RecordsAsync("lease.");

        var expected = new[]
        {
            ("lease.move", machines[0].Activation, """{"changes":{"render":2}}"""),
            ("lease.lapse", story.License.Name, """{"changes":{"render":-2}}"""),
            ("lease.move", machines[1].Activation, """{"changes":{"render":1}}"""),
            ("lease.move", machines[1].Activation, """{"changes":{"render":-1}}"""),
        };
        Assert.Equal(expected.Order(), records.Select(record => (record.Action, record.Resource, record.Details)).Order());
        machines.ForEach(machine => machine.Dispose());
    }

    private static Task<ActivationStory> BeginAsync(
        DatabaseKind database, int renders, int machines = 1, TimeProvider? clock = null, Action<License>? change = null) =>
        ActivationStory.BeginAsync(
            database,
            license =>
            {
                license.MachineLimit = machines;
                license.Features.Add(new FeatureLine { Code = "render", Counts = FeatureCount.Lease, Quantity = renders });
                change?.Invoke(license);
            },
            clock);

    /// <summary>Asks the database until so many of its transactions wait for a lock.</summary>
    private static async Task WaitingAsync(ActivationStory story, int count)
    {
        const string Waiting =
            "SELECT COUNT(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        var patience = Stopwatch.StartNew();
        await using var connection = await ConnectAsync(story);
        while (await ExecuteAsync(connection, Waiting) < count)
        {
            Assert.True(patience.Elapsed < TimeSpan.FromMinutes(1), "Nobody waits.");
        }
    }

    private static async Task<DbConnection> ConnectAsync(ActivationStory story)
    {
        var connection = story.Host.Services.GetRequiredService<StorageEngine>().Connect();
        await connection.OpenAsync();
        return connection;
    }

    private static async Task<int> ExecuteAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        // A constant of this class.
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        return (int)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<int> HeldAsync(ActivationStory story) =>
        (await story.Host.ReadAsync(story.License)).Features.Single(line => line.Code == "render").Held;

    private static Task<RevokeLicenseResponse> RevokeAsync(ActivationStory story) =>
        new LicenseService.LicenseServiceClient(story.Host.Administrator).RevokeLicenseAsync(
            new RevokeLicenseRequest { Name = story.License.Name, Reason = "unpaid" }).ResponseAsync;

    private static Lease Lease(int quantity, DateTimeOffset until) =>
        new() { Feature = "render", Quantity = quantity, ExpireTime = until.ToTimestamp() };
}
