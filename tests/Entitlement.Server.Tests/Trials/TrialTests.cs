using Entitlement.Server.Tests.Activations;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;
using static Entitlement.Server.Tests.Trials.TrialStory;

namespace Entitlement.Server.Tests.Trials;

public sealed class TrialTests : IDisposable
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
    public async Task Each_machine_begins_its_own_trial_with_its_first_file_and_no_file_outlasts_it(
        DatabaseKind database)
    {
        var (story, clock) = await BeginAsync(database);
        await using var _ = story;
        var first = await story.TryAsync(_product);
        clock.Advance(TimeSpan.FromDays(3));
        var second = await story.TryAsync(_other);
        var renewed = await story.RenewAsync(_product);

        var claims = ActivationStory.Read(first.LicenseFile);
        Assert.Equal((Start + Length, Start + Length), (claims.TrialUntil, claims.ExpireTime));
        Assert.True(story.Verify(first.LicenseFile, _product, Start + Length - TimeSpan.FromSeconds(1)).IsValid);
        Assert.Equal("LICENSE_ENDED", Client.Verification.VerificationReasons.Name(
            story.Verify(first.LicenseFile, _product, Start + Length).Reason));
        Assert.Equal(Start + Length, ActivationStory.Read(renewed.LicenseFile).ExpireTime);
        Assert.Equal(Start.AddDays(3) + Length, ActivationStory.Read(second.LicenseFile).TrialUntil);
        Assert.Equal(
            [(first.Activation.Trial, Start), (second.Activation.Trial, Start.AddDays(3))],
            (await story.ListTrialsAsync()).Select(trial => (trial.Name, trial.StartTime.ToDateTimeOffset())));
        Assert.Equal(Start + Length, (await story.ReadAsync(first.Activation.Name)).TrialEndTime.ToDateTimeOffset());
    }

    [Fact]
    public async Task A_file_that_ends_before_the_trial_tells_when_the_trial_ends()
    {
        var (story, _) = await BeginAsync(DatabaseKind.Sqlite, license => license.TrialDuration.Seconds = 60 * 86_400);
        await using var __ = story;

        var claims = ActivationStory.Read((await story.TryAsync(_product)).LicenseFile);

        Assert.Equal((Start.AddDays(30), Start.AddDays(60)), (claims.ExpireTime, claims.TrialUntil));
    }

    [Fact]
    public async Task A_trial_that_needs_no_network_ends_all_the_same()
    {
        var (story, _) = await BeginAsync(DatabaseKind.Sqlite, license => license.PerpetualOffline = true);
        await using var __ = story;

        var claims = ActivationStory.Read((await story.TryAsync(_product)).LicenseFile);

        Assert.Equal(Start + Length, claims.ExpireTime);
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task At_its_end_everything_is_refused_and_nothing_changes(DatabaseKind database)
    {
        var (story, clock) = await BeginAsync(database);
        await using var _ = story;
        var request = _product.Sign(_product.Ask(story.License.Slc));
        var first = await story.ActivateAsync(request);
        clock.Advance(Length - TimeSpan.FromMilliseconds(1));
        await story.RenewAsync(_product);
        var before = await story.SnapshotAsync();

        clock.Advance(TimeSpan.FromMilliseconds(1));
        var refusals = new[]
        {
            await RefusedAsync(() => story.RenewAsync(_product, generation: 2)),
            await RefusedAsync(() => story.TryAsync(_product)),
            await RefusedAsync(() => story.ActivateAsync(request)),
        };

        Assert.All(refusals, refusal =>
        {
            Assert.Equal(("TRIAL_ENDED", StatusCode.FailedPrecondition), (refusal.Reason(), refusal.StatusCode));
            Assert.Equal(
                (story.License.Name, first.Activation.Trial, "2027-03-01T08:30:00Z", "2027-03-11T08:30:00Z"),
                (refusal.Info().Metadata["license"], refusal.Info().Metadata["trial"],
                    refusal.Info().Metadata["start_time"], refusal.Info().Metadata["trial_end_time"]));
            Assert.Contains("Buy a license", refusal.Status.Detail, StringComparison.Ordinal);
        });
        Assert.Equal(before, await story.SnapshotAsync());
        Assert.Equal(TrialState.Ended, (await story.ReadTrialAsync(first.Activation.Trial)).State);
        var told = await story.ReportAsync(
            _product.Report(first.Activation.Name, 1, new StatusReport { Generation = 2 }));
        Assert.Equal(ActivationState.Expired, told.State);
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task The_same_request_gets_the_same_bytes_as_long_as_the_trial_runs(DatabaseKind database)
    {
        var (story, clock) = await BeginAsync(database);
        await using var _ = story;
        var request = _product.Sign(_product.Ask(story.License.Slc));
        var first = await story.ActivateAsync(request);
        clock.Advance(Length - TimeSpan.FromMilliseconds(1));

        var again = await story.ActivateAsync(request);

        Assert.Equal((first.LicenseFile, true), (again.LicenseFile, again.RepeatedAnswer));
        Assert.Equal(first.Activation, again.Activation);
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task A_preview_tells_when_the_trial_would_end_and_begins_none(DatabaseKind database)
    {
        var (story, clock) = await BeginAsync(database);
        await using var _ = story;
        var request = _product.Sign(_product.Ask(story.License.Slc));

        var before = await story.PreviewAsync(request);
        var none = await story.ListTrialsAsync();
        clock.Advance(TimeSpan.FromDays(1));
        await story.ActivateAsync(request);
        clock.Advance(TimeSpan.FromDays(1));
        using var again = _product.Reinstall();
        var during = await story.PreviewAsync(again.Sign(again.Ask(story.License.Slc)));
        clock.Advance(Length);
        var after = await story.PreviewAsync(again.Sign(again.Ask(story.License.Slc)));

        Assert.Equal(
            (PreviewOutcome.NewActivation, Start + Length), (before.Outcome, before.TrialEndTime.ToDateTimeOffset()));
        Assert.Empty(none);
        Assert.Equal(
            (PreviewOutcome.NewActivation, Start.AddDays(1) + Length),
            (during.Outcome, during.TrialEndTime.ToDateTimeOffset()));
        Assert.Equal(PreviewOutcome.Refused, after.Outcome);
        Assert.Contains("trial", after.Refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_is_carried_by_hand_begins_the_trial_when_it_is_handed_in()
    {
        var (story, clock) = await BeginAsync(
            DatabaseKind.Sqlite, license => license.ActivationMode = ActivationMode.Approval);
        await using var _ = story;
        var parked = await story.ParkAsync(_product.Sign(_product.Ask(story.License.Slc)));
        clock.Advance(TimeSpan.FromDays(2));

        var carried = await story.ActivateAsync(_other.Sign(_other.Ask(story.License.Slc)), asAdministrator: true);
        clock.Advance(TimeSpan.FromDays(2));
        var approved = await story.ApproveAsync(parked);
        var again = await story.ApproveAsync(parked);

        Assert.Equal(Start.AddDays(2) + Length, ActivationStory.Read(carried.LicenseFile).TrialUntil);
        Assert.Equal(Start.AddDays(4) + Length, ActivationStory.Read(approved.LicenseFile).TrialUntil);
        Assert.Equal((approved.LicenseFile, approved.Activation), (again.LicenseFile, again.Activation));
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task What_is_leased_ends_with_the_trial(DatabaseKind database)
    {
        var (story, clock) = await BeginAsync(database, license => license.Features.Add(
            new FeatureLine { Code = "render", Counts = FeatureCount.Lease, Quantity = 2 }));
        await using var _ = story;
        using var machine = await ReportingMachine.ActivateAsync(story);
        clock.Advance(Length - TimeSpan.FromMinutes(1));

        var last = await machine.LeaseAsync(1);
        clock.Advance(TimeSpan.FromMinutes(1));
        var over = await machine.LeaseAsync(1);

        Assert.Equal(Start + Length, Assert.Single(last.Leases).ExpireTime.ToDateTimeOffset());
        Assert.Equal((ActivationState.Expired, 0), (over.State, over.Leases.Count));
    }

    [Fact]
    public async Task What_the_license_itself_refuses_is_told_before_the_trial()
    {
        var (story, clock) = await BeginAsync(DatabaseKind.Sqlite);
        await using var _ = story;
        await story.TryAsync(_product);
        await new LicenseService.LicenseServiceClient(story.Host.Administrator).SuspendLicenseAsync(
            new SuspendLicenseRequest { Name = story.License.Name, Reason = "The campaign is over." });
        clock.Advance(Length);

        Assert.Equal("LICENSE_SUSPENDED", (await RefusedAsync(() => story.RenewAsync(_product))).Reason());
        Assert.Equal("LICENSE_SUSPENDED", (await RefusedAsync(() => story.TryAsync(_other))).Reason());
    }

    [Fact]
    public async Task As_many_machines_may_try_as_the_license_has_seats()
    {
        var (story, clock) = await BeginAsync(DatabaseKind.Sqlite, license => license.MachineLimit = 1);
        await using var _ = story;
        await story.TryAsync(_product);
        clock.Advance(Length);

        var refusal = await RefusedAsync(() => story.TryAsync(_other));

        Assert.Equal("SEATS_EXHAUSTED", refusal.Reason());
        Assert.Single(await story.ListTrialsAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(86_399)]
    [InlineData(86_401)]
    [InlineData(366 * 86_400)]
    [InlineData(-86_400)]
    public async Task A_trial_lasts_1_to_365_whole_days(long seconds)
    {
        await using var host = await EntitlementHost.StartAsync(DatabaseKind.Sqlite);

        var refusal = await RefusedAsync(() => host.CreateLicenseAsync(license =>
            license.TrialDuration = new Google.Protobuf.WellKnownTypes.Duration { Seconds = seconds }));

        Assert.Equal(
            ("INVALID_ARGUMENT", "license.trial_duration"), (refusal.Reason(), refusal.Info().Metadata["field"]));
    }

    [Fact]
    public async Task A_license_is_a_trial_license_from_its_creation_and_for_good()
    {
        var (story, _) = await BeginAsync(DatabaseKind.Sqlite);
        await using var __ = story;
        var licenses = new LicenseService.LicenseServiceClient(story.Host.Administrator);

        var refusal = await RefusedAsync(() => licenses.UpdateLicenseAsync(new UpdateLicenseRequest
        {
            Name = story.License.Name,
            License = new License(),
            UpdateMask = new() { Paths = { "trial_duration" } },
            Reason = "Sold.",
        }).ResponseAsync);

        Assert.Equal("update_mask", refusal.Info().Metadata["field"]);
        Assert.Equal(10 * 86_400, (await story.Host.ReadAsync(story.License)).TrialDuration.Seconds);
    }
}
