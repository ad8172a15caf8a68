using Entitlement.Server.Tests.Activations;
using Entitlement.Server.Tests.Audit;
using Entitlement.Storage;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using static Entitlement.Server.Tests.Trials.TrialStory;

namespace Entitlement.Server.Tests.Trials;

/// <summary>What becomes of a trial: it is extended, or something is bought.</summary>
public sealed class TrialEndTests : IDisposable
{
    private readonly InstalledProduct _product = new();
    private readonly InstalledProduct _other = new();

    public void Dispose()
    {
        _product.Dispose();
        _other.Dispose();
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task An_extension_lets_the_machine_go_on_also_after_the_end(DatabaseKind database)
    {
        var (story, clock) = await BeginAsync(database);
        await using var _ = story;
        var trial = (await story.TryAsync(_product)).Activation.Trial;
        clock.Advance(Length.Add(TimeSpan.FromDays(1)));
        var end = clock.GetUtcNow().AddDays(5);

        var extended = await story.ExtendAsync(trial, end);
        var renewed = await story.RenewAsync(_product);

        Assert.Equal(
            (TrialState.Running, 1, end), (extended.State, extended.Extensions, extended.EndTime.ToDateTimeOffset()));
        Assert.Equal(end, ActivationStory.Read(renewed.LicenseFile).TrialUntil);
        var record = Assert.Single(await story.RecordsAsync("trial.extend"));
        Assert.Equal((trial, "The buyer is on leave."), (record.Resource, record.Reason));
        Assert.Contains("\"end_time_before\":\"2027-03-11T08:30:00", record.Details, StringComparison.Ordinal);
        clock.Set(end);
        Assert.Equal("TRIAL_ENDED", (await RefusedAsync(() => story.RenewAsync(_product, 2))).Reason());
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task The_same_extension_again_changes_nothing(DatabaseKind database)
    {
        var (story, _) = await BeginAsync(database);
        await using var __ = story;
        var trial = (await story.TryAsync(_product)).Activation.Trial;
        var requestId = $"{Guid.NewGuid()}";
        var end = Start.AddDays(20);

        var first = await story.ExtendAsync(trial, end, requestId);
        var again = await story.ExtendAsync(trial, end, requestId);
        var same = await story.ExtendAsync(trial, end);
        var reused = await RefusedAsync(() => story.ExtendAsync(trial, end.AddDays(1), requestId));

        Assert.Equal((first, first), (again, same));
        Assert.Equal("REQUEST_ID_REUSED", reused.Reason());
        Assert.Single(await story.RecordsAsync("trial.extend"));
    }

    [Fact]
    public async Task An_extension_ends_after_the_present_end_and_within_a_year_from_now()
    {
        var (story, clock) = await BeginAsync(DatabaseKind.Sqlite);
        await using var _ = story;
        var trial = (await story.TryAsync(_product)).Activation.Trial;

        var early = await RefusedAsync(() => story.ExtendAsync(trial, Start + Length - TimeSpan.FromSeconds(1)));
        var late = await RefusedAsync(() => story.ExtendAsync(trial, Start.AddDays(365).AddMilliseconds(1)));
        clock.Advance(TimeSpan.FromDays(11));
        var past = await RefusedAsync(() => story.ExtendAsync(trial, Start.AddDays(11)));
        var most = await story.ExtendAsync(trial, Start.AddDays(11 + 365));

        Assert.All(new[] { early, late, past }, refusal => Assert.Equal(
            ("INVALID_ARGUMENT", "end_time"), (refusal.Reason(), refusal.Info().Metadata["field"])));
        Assert.Equal(1, most.Extensions);
        Assert.Single(await story.RecordsAsync("trial.extend"));
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found_and_a_product_extends_nothing()
    {
        var (story, _) = await BeginAsync(DatabaseKind.Sqlite);
        await using var __ = story;
        var trial = (await story.TryAsync(_product)).Activation.Trial;
        var elsewhere = await story.Host.CreateLicenseAsync();
        var byProduct = new TrialService.TrialServiceClient(story.Host.Anonymous);

        var missing = await RefusedAsync(() => story.ExtendAsync(
            $"{elsewhere.Name}/trials/{trial[^36..]}", Start.AddDays(20)));
        var request = new ExtendTrialRequest { Name = trial, EndTime = Start.AddDays(20).ToTimestamp() };
        var unreasoned = await RefusedAsync(() => story.Trials().ExtendTrialAsync(request).ResponseAsync);
        request.Reason = "mine";
        var anonymous = await RefusedAsync(() => byProduct.ExtendTrialAsync(request).ResponseAsync);

        Assert.Equal(StatusCode.NotFound, missing.StatusCode);
        Assert.Equal(StatusCode.Unauthenticated, anonymous.StatusCode);
        Assert.Equal("reason", unreasoned.Info().Metadata["field"]);
        Assert.Equal(0, (await story.ReadTrialAsync(trial)).Extensions);
    }

    [Fact]
    public async Task Lists_show_the_trials_of_a_license_an_account_or_all_in_one_state()
    {
        var (story, clock) = await BeginAsync(DatabaseKind.Sqlite);
        await using var _ = story;
        var ended = (await story.TryAsync(_product)).Activation.Trial;
        clock.Advance(Length);
        var running = (await story.TryAsync(_other)).Activation.Trial;
        var account = story.License.Name[..story.License.Name.IndexOf("/licenses/", StringComparison.Ordinal)];

        Assert.Equal([ended, running], (await story.ListTrialsAsync()).Select(trial => trial.Name));
        Assert.Equal(
            [ended, running],
            (await story.ListTrialsAsync(parent: $"{account}/licenses/-")).Select(trial => trial.Name));
        Assert.Equal(running, Assert.Single(
            await story.ListTrialsAsync(TrialState.Running, "accounts/-/licenses/-")).Name);
        Assert.Equal(ended, Assert.Single(await story.ListTrialsAsync(TrialState.Ended)).Name);
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task A_license_that_is_bought_ends_the_trial_of_its_machine_and_no_other(DatabaseKind database)
    {
        var (story, _) = await BeginAsync(database, license => license.Features.Add(
            new FeatureLine { Code = "render", Counts = FeatureCount.Lease, Quantity = 2 }));
        await using var __ = story;
        var bought = await story.Host.CreateLicenseAsync();
        using var machine = await ReportingMachine.ActivateAsync(story);
        await machine.LeaseAsync(2);
        await story.TryAsync(_other);
        using var anew = machine.Product.Reinstall();

        var answer = await story.BuyAsync(bought, anew);

        var ended = await story.ReadAsync(machine.Activation);
        Assert.Equal((ActivationEnd.Bought, 0), (ended.End, ended.Leases.Count));
        Assert.Equal(("", null), (answer.Activation.Trial, ActivationStory.Read(answer.LicenseFile).TrialUntil));
        var license = await story.Host.ReadAsync(story.License);
        Assert.Equal((1, 0), (license.MachinesHeld, license.Features.Single().Held));
        Assert.Equal(1, (await story.Host.ReadAsync(bought)).MachinesHeld);
        Assert.Equal(ActivationState.Bought, (await story.ReportAsync(machine.Want(0))).State);
        var record = Assert.Single(await story.RecordsAsync("activation.end_trial"));
        Assert.Equal(machine.Activation, record.Resource);
        Assert.Contains(answer.Activation.Name[^36..], record.Details, StringComparison.Ordinal);
        var refusal = await RefusedAsync(() => story.RenewAsync(machine.Product));
        Assert.Equal(("ACTIVATION_ENDED", "BOUGHT"), (refusal.Reason(), refusal.Info().Metadata["end"]));
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task A_purchase_that_is_refused_leaves_the_trial_as_it_is(DatabaseKind database)
    {
        var (story, _) = await BeginAsync(database);
        await using var __ = story;
        var bought = await story.Host.CreateLicenseAsync();
        await story.BuyAsync(bought, _other);
        var trial = (await story.TryAsync(_product)).Activation;
        var before = await story.SnapshotAsync();

        var refusal = await RefusedAsync(() => story.BuyAsync(bought, _product));

        Assert.Equal("SEATS_EXHAUSTED", refusal.Reason());
        Assert.Equal(before, await story.SnapshotAsync());
        Assert.Equal(trial, await story.ReadAsync(trial.Name));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Machines_that_buy_at_once_give_back_exactly_their_trials(DatabaseKind database)
    {
        var (story, _) = await BeginAsync(database);
        await using var __ = story;
        var bought = await story.Host.CreateLicenseAsync(license => license.MachineLimit = 8);
        var products = Enumerable.Range(0, 8).Select(_ => new InstalledProduct()).ToList();
        await Task.WhenAll(products.Select(story.TryAsync));

        await Task.WhenAll(products.Select(product => story.BuyAsync(bought, product)));

        Assert.Equal(0, (await story.Host.ReadAsync(story.License)).MachinesHeld);
        Assert.Equal(8, (await story.Host.ReadAsync(bought)).MachinesHeld);
        Assert.Equal(8, (await story.RecordsAsync("activation.end_trial")).Count);
        products.ForEach(product => product.Dispose());
    }

    [Fact]
    public async Task Where_a_product_has_no_trials_nobody_looks_for_one()
    {
        await using var story = await ActivationStory.BeginAsync(
            DatabaseKind.Sqlite, license => license.MachineLimit = 2);

        // Whoever asks it for anything fails from now on.
        await using (var connection = story.Host.Services.GetRequiredService<StorageEngine>().Connect())
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "DROP TABLE \"TrialMarks\"";
            await command.ExecuteNonQueryAsync();
        }

        var answer = await story.TryAsync(_product);
        await story.Host.CreateLicenseAsync(license => license.TrialDuration = Length.ToDuration());
        var refusal = await RefusedAsync(() => story.TryAsync(_other));

        Assert.Equal(1, answer.Activation.Generation);
        Assert.Equal("INTERNAL", refusal.Reason());
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task A_trial_goes_with_its_license_to_another_account(DatabaseKind database)
    {
        var (story, clock) = await BeginAsync(database);
        await using var _ = story;
        var before = (await story.TryAsync(_product)).Activation.Trial;
        var account = (await new AccountService.AccountServiceClient(story.Host.Administrator).CreateAccountAsync(
            new CreateAccountRequest { Account = new Account { DisplayName = "Other Works" } })).Account.Name;
        await new LicenseService.LicenseServiceClient(story.Host.Administrator).TransferLicenseAsync(
            new TransferLicenseRequest { Name = story.License.Name, Account = account, Reason = "A partner's." });
        var now = account + before[before.IndexOf("/licenses/", StringComparison.Ordinal)..];
        clock.Advance(Length);

        var gone = await RefusedAsync(() => story.ExtendAsync(before, Start.AddDays(20)));
        await story.ExtendAsync(now, Start.AddDays(20));
        using var anew = _product.Reinstall();
        var again = await story.TryAsync(anew);

        Assert.Equal(StatusCode.NotFound, gone.StatusCode);
        Assert.Equal(now, again.Activation.Trial);
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task The_audit_trail_is_whole_with_trials_in_it(DatabaseKind database)
    {
        await using var trail = await Trail.BeginAsync(database);
        var tried = await trail.Host.CreateLicenseAsync(license =>
            (license.TrialDuration, license.MachineLimit) = (Length.ToDuration(), 5));
        var bought = await trail.Host.CreateLicenseAsync();
        var activation = (await trail.ActivateAsync(tried, _product)).Activation;
        await new TrialService.TrialServiceClient(trail.Host.Administrator).ExtendTrialAsync(new ExtendTrialRequest
        {
            Name = activation.Trial,
            EndTime = trail.Clock.GetUtcNow().AddDays(30).ToTimestamp(),
            Reason = "On leave.",
        });
        await trail.ActivateAsync(bought, _product);
        await trail.SealAsync();

        var report = await trail.VerifyAsync();

        Assert.Empty(report.Findings);
        Assert.Equal(2, report.Activations);
        var actions = (await trail.Records.ReadAsync()).Select(record => (string)record["Action"]).ToList();
        Assert.All(
            ["trial.start", "trial.extend", "activation.end_trial"],
            action => Assert.Single(actions, one => one == action));
    }
}
