using Entitlement.Formats;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Rpc;
using Grpc.Core;

namespace Entitlement.Server.Tests.Activations;

public sealed class ApprovalTests : IDisposable
{
    private readonly InstalledProduct _product = new();

    public void Dispose() => _product.Dispose();

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Parks_a_request_once_and_tells_the_same_again_also_after_a_restart(DatabaseKind database)
    {
        var clock = new ManualClock(ApprovalStory.Start);
        await using var story = await ApprovalStory.BeginAsync(database, clock);
        var file = _product.Sign(_product.Ask(story.License.Slc));
        var first = await story.RefusedAsync(file);
        var before = await story.SnapshotAsync();

        var again = await story.RefusedAsync(file);
        await story.Host.StopAsync();
        await story.Host.StartAgainAsync();
        var late = await story.RefusedAsync(file);

        Assert.Equal(("AWAITING_APPROVAL", StatusCode.FailedPrecondition), (first.Reason(), first.StatusCode));
        Assert.Equal(TimeSpan.FromMinutes(5), first.Find<RetryInfo>()!.RetryDelay.ToTimeSpan());
        Assert.Equal("2027-03-31T00:00:00Z", first.Info().Metadata["expire_time"]);
        Assert.Equal(first.Details(), again.Details());
        Assert.Equal(first.Details(), late.Details());
        Assert.Equal(before, await story.SnapshotAsync());
        var parked = Assert.Single(await story.ListParkedAsync());
        Assert.Equal(first.Info().Metadata["parked_request"], parked.Name);
        Assert.Equal((ParkedRequestState.Waiting, "press-7", 0), (parked.State, parked.MachineName, parked.DeviceCount));
        Assert.Equal(0, await story.MachinesHeldAsync());
        Assert.Equal(parked.Name, Assert.Single(await story.RecordsAsync("parked_request")).Resource);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task The_same_request_sent_several_times_at_once_is_parked_once(DatabaseKind database)
    {
        await using var story = await ApprovalStory.BeginAsync(database);
        var file = _product.Sign(_product.Ask(story.License.Slc));

        var names = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => story.ParkAsync(file)));

        Assert.Single(names.Distinct(StringComparer.Ordinal));
        Assert.Single(await story.ListParkedAsync());
        Assert.Single(await story.RecordsAsync("parked_request.create"));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task An_approval_takes_the_seat_and_everybody_gets_the_same_file_from_then_on(DatabaseKind database)
    {
        await using var story = await ApprovalStory.BeginAsync(database);
        var file = _product.Sign(_product.Ask(story.License.Slc));
        var parked = await story.ParkAsync(file);
        var held = (await story.GetParkedAsync(parked)).LicenseRequest;

        var approved = await story.ApproveAsync(parked);
        var again = await story.ApproveAsync(parked);
        var answered = await story.ActivateAsync(file);

        Assert.Equal(file, held);
        Assert.True(story.Verify(approved.LicenseFile, _product).IsValid);
        Assert.Equal((false, true, true), (approved.RepeatedAnswer, again.RepeatedAnswer, answered.RepeatedAnswer));
        Assert.Equal(approved.LicenseFile, again.LicenseFile);
        Assert.Equal(approved.LicenseFile, answered.LicenseFile);
        Assert.Equal(1, await story.MachinesHeldAsync());
        Assert.Equal(
            (ParkedRequestState.Approved, approved.Activation.Name),
            (approved.ParkedRequest.State, approved.ParkedRequest.Activation));
        Assert.Equal(approved.ParkedRequest, await story.GetParkedAsync(parked));
        var record = Assert.Single(await story.RecordsAsync("parked_request.approve"));
        Assert.Equal((approved.ParkedRequest.Decider, parked), (record.Actor, record.Resource));
        Assert.Equal(record.Actor, Assert.Single(await story.RecordsAsync("activation.create")).Actor);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Approvers_who_race_make_one_activation_and_all_get_its_file(DatabaseKind database)
    {
        await using var story = await ApprovalStory.BeginAsync(database);
        var parked = await story.ParkAsync(_product.Sign(_product.Ask(story.License.Slc)));

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => story.ApproveAsync(parked)));

        Assert.Single(answers.Select(answer => answer.LicenseFile).Distinct());
        Assert.Single(answers, answer => !answer.RepeatedAnswer);
        Assert.Equal(1, await story.MachinesHeldAsync());
        Assert.Single(await story.RecordsAsync("parked_request.approve"));
        Assert.Single(await story.RecordsAsync("activation."));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Of_an_approval_and_a_rejection_that_race_the_approval_stands(DatabaseKind database)
    {
        await using var story = await ApprovalStory.BeginAsync(database);
        var parked = await story.ParkAsync(_product.Sign(_product.Ask(story.License.Slc)));

        var rejection = Refusals.OfAsync(() => story.RejectAsync(parked));
        var approval = await story.ApproveAsync(parked);

        Assert.Contains((await rejection)?.Reason(), new[] { null, "PARKED_REQUEST_CLOSED" });
        var stands = await story.GetParkedAsync(parked);
        Assert.Equal(
            (ParkedRequestState.Approved, "", approval.Activation.Name),
            (stands.State, stands.Rejection, stands.Activation));
        Assert.Equal(1, await story.MachinesHeldAsync());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_rejection_is_told_with_its_reason_and_a_later_approval_still_counts(DatabaseKind database)
    {
        await using var story = await ApprovalStory.BeginAsync(database);
        var file = _product.Sign(_product.Ask(story.License.Slc));
        var parked = await story.ParkAsync(file);
        var requestId = $"{Guid.NewGuid()}";

        var rejected = await story.RejectAsync(parked, requestId: requestId);
        var repeated = await story.RejectAsync(parked, requestId: requestId);
        var other = await story.RejectAsync(parked, "Another word.");
        var told = await story.RefusedAsync(file);

        Assert.Equal(rejected, repeated);
        Assert.Equal(rejected, other);
        Assert.Equal(ParkedRequestState.Rejected, rejected.ParkedRequest.State);
        Assert.Equal(("APPROVAL_REJECTED", StatusCode.PermissionDenied), (told.Reason(), told.StatusCode));
        Assert.Equal("Use the license of your site.", told.Info().Metadata["rejection"]);
        Assert.Equal(parked, told.Info().Metadata["parked_request"]);
        var record = Assert.Single(await story.RecordsAsync("parked_request.reject"));
        Assert.Equal("Use the license of your site.", record.Reason);

        var approved = await story.ApproveAsync(parked);
        Assert.Equal(approved.LicenseFile, (await story.ActivateAsync(file)).LicenseFile);
        Assert.Equal("PARKED_REQUEST_CLOSED", (await Refusals.OfAsync(() => story.RejectAsync(parked)))?.Reason());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_principal_who_hands_the_file_in_approves_what_is_parked(DatabaseKind database)
    {
        await using var story = await ApprovalStory.BeginAsync(database);
        var file = _product.Sign(_product.Ask(story.License.Slc));
        var parked = await story.ParkAsync(file);

        var handedIn = await story.ActivateAsync(file, asAdministrator: true);

        var stands = await story.GetParkedAsync(parked);
        Assert.Equal((ParkedRequestState.Approved, handedIn.Activation.Name), (stands.State, stands.Activation));
        Assert.Equal(handedIn.LicenseFile, (await story.ApproveAsync(parked)).LicenseFile);
        Assert.Equal(1, await story.MachinesHeldAsync());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task An_approval_that_is_refused_leaves_the_request_waiting(DatabaseKind database)
    {
        await using var story = await ApprovalStory.BeginAsync(database, change: license => license.MachineLimit = 1);
        using var other = new InstalledProduct();
        var first = await story.ActivateAsync(other.Sign(other.Ask(story.License.Slc)), asAdministrator: true);
        var parked = await story.ParkAsync(_product.Sign(_product.Ask(story.License.Slc)));

        var refusal = await Refusals.OfAsync(() => story.ApproveAsync(parked));
        var waiting = await story.GetParkedAsync(parked);
        await story.ReleaseAsync(first.Activation.Name);
        var approved = await story.ApproveAsync(parked);

        Assert.Equal("SEATS_EXHAUSTED", refusal?.Reason());
        Assert.Equal(ParkedRequestState.Waiting, waiting.State);
        Assert.Equal(ParkedRequestState.Approved, approved.ParkedRequest.State);
        Assert.Equal(1, await story.MachinesHeldAsync());
    }

    [Fact]
    public async Task An_approved_request_whose_activation_has_ended_is_answered_with_what_became_of_it()
    {
        await using var story = await ApprovalStory.BeginAsync(DatabaseKind.Sqlite);
        var file = _product.Sign(_product.Ask(story.License.Slc));
        var parked = await story.ParkAsync(file);
        var approved = await story.ApproveAsync(parked);
        await story.ReleaseAsync(approved.Activation.Name);

        var refusals = await ApprovalStory.RefusalsOfAsync<object>(
            [async () => await story.ApproveAsync(parked), async () => await story.ActivateAsync(file)]);

        Assert.All(refusals, refusal => Assert.Equal("ACTIVATION_ENDED", refusal?.Reason()));
    }

    [Fact]
    public async Task A_license_that_asks_for_no_approval_any_more_answers_and_the_parked_request_follows()
    {
        await using var story = await ApprovalStory.BeginAsync(DatabaseKind.Sqlite);
        var file = _product.Sign(_product.Ask(story.License.Slc));
        var parked = await story.ParkAsync(file);
        var licenses = new LicenseService.LicenseServiceClient(story.Host.Administrator);
        await licenses.UpdateLicenseAsync(new UpdateLicenseRequest
        {
            Name = story.License.Name,
            License = new License { ActivationMode = ActivationMode.SelfService },
            UpdateMask = new() { Paths = { "activation_mode" } },
            Reason = "Trusted by now.",
        });

        var answered = await story.ActivateAsync(file);
        var approved = await story.ApproveAsync(parked);

        Assert.Equal(answered.LicenseFile, approved.LicenseFile);
        Assert.Equal(
            (ParkedRequestState.Approved, answered.Activation.Name),
            (approved.ParkedRequest.State, approved.ParkedRequest.Activation));
        Assert.Single(await story.RecordsAsync("parked_request.approve"));
    }

    [Fact]
    public async Task What_no_approval_would_mend_is_refused_at_once()
    {
        await using var story = await ApprovalStory.BeginAsync(
            DatabaseKind.Sqlite, change: license => license.CareEndTime = new() { Seconds = 1_700_000_000 });
        var young = _product.Sign(_product.Ask(story.License.Slc));
        var unlicensed = _product.Sign(_product.Ask(story.License.Slc) with
        {
            BuildDate = new DateOnly(2020, 1, 1),
            Devices = [new RequestedDevice("cam-1", "camera")],
        });

        Assert.Equal("BUILD_NOT_COVERED", (await story.RefusedAsync(young)).Reason());
        Assert.Equal("FEATURE_NOT_LICENSED", (await story.RefusedAsync(unlicensed)).Reason());
        Assert.Empty(await story.ListParkedAsync());
    }

    [Fact]
    public async Task More_devices_wait_for_an_approval_too_and_a_machine_that_keeps_what_it_has_does_not()
    {
        await using var story = await ApprovalStory.BeginAsync(DatabaseKind.Sqlite, change: license =>
            license.Features.Add(new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = 3 }));
        await story.ActivateAsync(_product.Sign(_product.Ask(story.License.Slc)), asAdministrator: true);
        var refresh = _product.Ask(story.License.Slc) with
        {
            Operation = LicenseRequestOperation.Refresh,
            Generation = 1,
        };
        var more = _product.Sign(
            refresh with { Jti = Guid.NewGuid(), Devices = [new RequestedDevice("cam-1", "camera")] });

        var kept = await story.RefreshAsync(_product.Sign(refresh));
        var refusal = await Refusals.OfAsync(() => story.RefreshAsync(more));
        var approved = await story.ApproveAsync(refusal!.Info().Metadata["parked_request"]);
        var answered = await story.RefreshAsync(more);

        Assert.Equal(2, kept.Activation.Generation);
        Assert.Equal((3, 1), (approved.Activation.Generation, approved.Activation.DeviceCount));
        Assert.Equal(approved.LicenseFile, answered.LicenseFile);
    }

    [Fact]
    public async Task A_preview_tells_that_it_would_be_parked_and_then_what_it_waits_for()
    {
        await using var story = await ApprovalStory.BeginAsync(DatabaseKind.Sqlite);
        var file = _product.Sign(_product.Ask(story.License.Slc));

        var before = await story.PreviewAsync(file);
        var told = await story.RefusedAsync(file);
        var after = await story.PreviewAsync(file);
        var asApprover = await story.PreviewAsync(file, asAdministrator: true);

        Assert.Equal(PreviewOutcome.Parked, before.Outcome);
        Assert.Equal((PreviewOutcome.Refused, told.Details()), (after.Outcome, after.Refusal));
        Assert.Equal(PreviewOutcome.NewActivation, asApprover.Outcome);
        Assert.Single(await story.ListParkedAsync());
    }
}
