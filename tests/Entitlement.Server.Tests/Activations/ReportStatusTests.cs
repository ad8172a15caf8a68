using Entitlement.Formats;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using FeatureLine = Entitlement.V1.FeatureLine;

namespace Entitlement.Server.Tests.Activations;

public sealed class ReportStatusTests
{
    private static readonly DateTimeOffset Start = new(2027, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, Func<CallProof, CallProof>> Faults = new()
    {
        ["aud"] = proof => proof with { Audience = "https://other.example" },
        ["rpc"] = proof => proof with { Rpc = "/entitlement.v1.ActivationService/Deactivate" },
        ["body"] = proof => proof with { BodyHash = CallProofFile.HashOf("another report"u8) },
    };

    public static TheoryData<string, string> Wrong => new() { { "aud", "WRONG_AUDIENCE" }, { "rpc", "WRONG_RPC" }, { "body", "WRONG_BODY" } };

    public static TheoryData<ActivationState> States =>
    [
        ActivationState.InForce, ActivationState.Suspended, ActivationState.Expired, ActivationState.Returned,
        ActivationState.Released, ActivationState.Revoked,
    ];

    [Theory]
    [MemberData(nameof(States))]
    public async Task A_product_learns_what_became_of_its_activation(ActivationState state)
    {
        var clock = new ManualClock(Start);
        await using var story = await BeginAsync(DatabaseKind.Sqlite, clock);
        using var machine = await ReportingMachine.ActivateAsync(story);
        await BringAboutAsync(state, story, machine, clock);

        var answer = await machine.LeaseAsync(1);

        Assert.Equal(state, answer.State);
        Assert.Equal(state == ActivationState.InForce ? 1 : 0, answer.Leases.Count);
        Assert.Equal((1, false), (answer.Generation, answer.NewerFileExists));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task The_last_call_gets_the_last_answer_byte_for_byte_whatever_happened_since(DatabaseKind database)
    {
        var clock = new ManualClock(Start);
        await using var story = await BeginAsync(database, clock);
        using var machine = await ReportingMachine.ActivateAsync(story);
        var call = machine.Want(2);
        var first = await story.ReportAsync(call);
        await story.ReleaseAsync(machine.Activation);
        clock.Advance(TimeSpan.FromDays(200));
        await story.Host.StopAsync();
        await story.Host.StartAgainAsync();
        var before = await story.SnapshotAsync();

        var again = await story.ReportAsync(call);

        Assert.Equal(first.ToByteArray(), again.ToByteArray());
        Assert.Equal(before, await story.SnapshotAsync());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task One_call_many_times_at_once_takes_effect_once(DatabaseKind database)
    {
        await using var story = await BeginAsync(database);
        using var machine = await ReportingMachine.ActivateAsync(story);
        var call = machine.Want(2);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => story.ReportAsync(call)));

        Assert.Single(answers.Select(answer => answer.ToByteString()).Distinct());
        Assert.Equal(2, (await story.Host.ReadAsync(story.License)).Features[0].Held);
        Assert.Single(await story.RecordsAsync("lease."));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Calls_of_one_machine_that_race_leave_what_the_last_one_wanted(DatabaseKind database)
    {
        await using var story = await BeginAsync(database);
        using var machine = await ReportingMachine.ActivateAsync(story);
        var calls = Enumerable.Range(1, 5).Select(renders => machine.Want(renders)).ToList();

        var refusals = await Task.WhenAll(calls.Select(call => Refusals.OfAsync(() => story.ReportAsync(call))));

        // Those that came late are refused; the one with the highest number never is.
        Assert.Null(refusals[^1]);
        Assert.All(refusals.OfType<RpcException>(), refusal => Assert.Equal("CALL_OUT_OF_SEQUENCE", refusal.Reason()));
        Assert.Equal(5, (await story.Host.ReadAsync(story.License)).Features[0].Held);
        Assert.Equal(5, Assert.Single((await story.ReadAsync(machine.Activation)).Leases).Quantity);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_call_that_came_before_is_refused_with_the_last_number_and_changes_nothing(DatabaseKind database)
    {
        await using var story = await BeginAsync(database);
        using var machine = await ReportingMachine.ActivateAsync(story);
        var old = machine.Want(3);
        await story.ReportAsync(old);
        await machine.LeaseAsync(1);

        var refusal = await Refusals.OfAsync(() => story.ReportAsync(old));

        Assert.Equal(("CALL_OUT_OF_SEQUENCE", StatusCode.FailedPrecondition), (refusal?.Reason(), refusal?.StatusCode));
        Assert.Equal(("1", "2"), (refusal!.Info().Metadata["seq"], refusal!.Info().Metadata["last_seq"]));
        Assert.Equal(1, (await story.Host.ReadAsync(story.License)).Features[0].Held);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_refused_call_does_not_count_and_is_judged_anew(DatabaseKind database)
    {
        await using var story = await BeginAsync(database, machines: 2);
        var machines = await ReportingMachine.ActivateAsync(story, 2);
        await machines[0].LeaseAsync(5);
        var call = machines[1].Want(1);
        var refused = await Refusals.OfAsync(() => story.ReportAsync(call));
        await machines[0].LeaseAsync(4);

        var answer = await story.ReportAsync(call);

        Assert.Equal("SEATS_EXHAUSTED", refused?.Reason());
        Assert.Equal(1, Assert.Single(answer.Leases).Quantity);
        machines.ForEach(machine => machine.Dispose());
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_proof_of_another_call_is_refused_by_its(string member, string code)
    {
        await using var story = await BeginAsync(DatabaseKind.Sqlite);
        using var machine = await ReportingMachine.ActivateAsync(story);
        var before = await story.SnapshotAsync();

        var refusal = await Refusals.OfAsync(() => story.ReportAsync(
            machine.Product.Report(machine.Activation, 1, ReportingMachine.ReportOf(1), Faults[member])));

        Assert.Equal(("CALL_INVALID", StatusCode.InvalidArgument), (refusal?.Reason(), refusal?.StatusCode));
        Assert.Equal((code, member), (refusal!.Info().Metadata["code"], refusal!.Info().Metadata["member"]));
        Assert.Equal(before, await story.SnapshotAsync());
    }

    [Fact]
    public async Task What_is_no_proof_is_refused_with_the_rule_that_it_breaks()
    {
        await using var story = await BeginAsync(DatabaseKind.Sqlite);
        using var machine = await ReportingMachine.ActivateAsync(story);

        var refusal = await Refusals.OfAsync(() => story.ReportAsync(
            new ReportStatusRequest { Proof = machine.Product.Return(machine.Activation) }));
        var name = await Refusals.OfAsync(() => story.ReportAsync(
            machine.Product.Report("activations/1", 1, ReportingMachine.ReportOf(0))));

        Assert.Equal(("WRONG_TYPE", "header.typ"), (refusal?.Info().Metadata["code"], refusal?.Info().Metadata["member"]));
        Assert.Equal("proof.sub", name?.Info().Metadata["field"]);
    }

    [Fact]
    public async Task A_call_of_another_key_is_answered_as_if_the_activation_did_not_exist()
    {
        await using var story = await BeginAsync(DatabaseKind.Sqlite);
        using var machine = await ReportingMachine.ActivateAsync(story);
        using var thief = new InstalledProduct();
        var missing = $"{story.License.Name}/activations/{Guid.NewGuid()}";

        foreach (var (product, activation) in new[] { (thief, machine.Activation), (machine.Product, missing) })
        {
            var refusal = await Refusals.OfAsync(() => story.ReportAsync(
                product.Report(activation, 1, ReportingMachine.ReportOf(1))));

            Assert.Equal(("NOT_FOUND", activation), (refusal?.Reason(), refusal?.Info().Metadata["resource"]));
        }

        Assert.Equal(0, (await story.Host.ReadAsync(story.License)).Features[0].Held);
    }

    [Fact]
    public async Task Credentials_that_are_wrong_are_not_made_up_for_by_a_proof()
    {
        await using var story = await BeginAsync(DatabaseKind.Sqlite);
        using var machine = await ReportingMachine.ActivateAsync(story);

        var refusal = await Assert.ThrowsAsync<RpcException>(() =>
            new ActivationService.ActivationServiceClient(story.Host.Anonymous).ReportStatusAsync(
                machine.Want(1), new Metadata { { "authorization", "Bearer nonsense" } }).ResponseAsync);

        Assert.Equal(StatusCode.Unauthenticated, refusal.StatusCode);
    }

    [Fact]
    public async Task Each_field_of_a_report_that_breaks_its_rule_is_named()
    {
        await using var story = await BeginAsync(DatabaseKind.Sqlite);
        using var machine = await ReportingMachine.ActivateAsync(story);
        (string Field, StatusReport Report)[] cases =
        [
            ("report.generation", new() { Generation = -1 }),
            ("report.product_version", new() { ProductVersion = new string('x', 257) }),
            ("report.features_in_use[1]", new() { FeaturesInUse = { "export", "a space" } }),
            ("report.features_in_use", new() { FeaturesInUse = { "export", "export" } }),
            ("report.features_in_use", new() { FeaturesInUse = { Enumerable.Range(0, 1_001).Select(i => $"f{i}") } }),
            ("report.leases[0].feature", new() { Leases = { new LeaseWish { Quantity = 1 } } }),
            ("report.leases[0].quantity", new() { Leases = { new LeaseWish { Feature = "render" } } }),
            ("report.leases[0].quantity", new() { Leases = { new LeaseWish { Feature = "render", Quantity = 1_000_001 } } }),
            ("report.leases", new() { Leases = { Enumerable.Repeat(new LeaseWish { Feature = "render", Quantity = 1 }, 2) } }),
        ];

        foreach (var (field, report) in cases)
        {
            var refusal = await Refusals.OfAsync(() => story.ReportAsync(machine.Next(report)));

            Assert.Equal(("INVALID_ARGUMENT", field), (refusal?.Reason(), refusal?.Info().Metadata["field"]));
        }
    }

    [Fact]
    public async Task What_was_reported_is_shown_on_the_activation()
    {
        var clock = new ManualClock(Start);
        await using var story = await BeginAsync(DatabaseKind.Sqlite, clock);
        using var machine = await ReportingMachine.ActivateAsync(story);
        var before = await story.ReadAsync(machine.Activation);
        clock.Advance(TimeSpan.FromDays(3));
        await story.ReportAsync(machine.Next(new StatusReport
        {
            Generation = 1,
            ProductVersion = "4.3",
            FeaturesInUse = { "render", "export" },
            Leases = { new LeaseWish { Feature = "render", Quantity = 2 } },
        }));

        var activation = await story.ReadAsync(machine.Activation);

        Assert.Null(before.LastReport);
        Assert.Equal(
            new ProductReport
            {
                ReportTime = Start.AddDays(3).ToTimestamp(),
                Generation = 1,
                ProductVersion = "4.3",
                FeaturesInUse = { "export", "render" },
            },
            activation.LastReport);
        Assert.Equal(("render", 2), (activation.Leases[0].Feature, activation.Leases[0].Quantity));
    }

    private static async Task BringAboutAsync(
        ActivationState state, ActivationStory story, ReportingMachine machine, ManualClock clock)
    {
        var licenses = new LicenseService.LicenseServiceClient(story.Host.Administrator);
        switch (state)
        {
            case ActivationState.Suspended:
                await licenses.SuspendLicenseAsync(new SuspendLicenseRequest { Name = story.License.Name, Reason = "unpaid" });
                break;
            case ActivationState.Expired:
                clock.Advance(TimeSpan.FromDays(1_000));
                break;
            case ActivationState.Returned:
                await story.ReturnAsync(machine.Product.Return(machine.Activation));
                break;
            case ActivationState.Released:
                await story.ReleaseAsync(machine.Activation);
                break;
            case ActivationState.Revoked:
                await story.ReleaseAsync(machine.Activation);
                await licenses.RevokeLicenseAsync(new RevokeLicenseRequest { Name = story.License.Name, Reason = "unpaid" });
                break;
        }
    }

    private static Task<ActivationStory> BeginAsync(DatabaseKind database, TimeProvider? clock = null, int machines = 1) =>
        ActivationStory.BeginAsync(
            database,
            license =>
            {
                license.MachineLimit = machines;
                license.EndTime = Start.AddDays(1_000).ToTimestamp();
                license.Features.Add(new FeatureLine { Code = "render", Counts = FeatureCount.Lease, Quantity = 5 });
            },
            clock);
}
