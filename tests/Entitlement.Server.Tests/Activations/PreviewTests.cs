using Entitlement.Formats;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace Entitlement.Server.Tests.Activations;

public sealed class PreviewTests : IDisposable
{
    private readonly InstalledProduct _product = new();

    public void Dispose() => _product.Dispose();

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Tells_what_activating_would_do_and_changes_nothing(DatabaseKind database)
    {
        await using var story = await BeginAsync(database);
        var before = await story.SnapshotAsync();

        var preview = await story.PreviewAsync(Ask(story, 0, "a"));

        Assert.Equal(PreviewOutcome.NewActivation, preview.Outcome);
        Assert.Null(preview.Refusal);
        Assert.Equal(story.License.Name, preview.License);
        Assert.Equal(LicenseState.Active, preview.State);
        Assert.Empty(preview.Activation);
        Assert.Equal(
            [
                new SeatPreview { Line = "machines", Limit = 1, HeldBefore = 0, HeldAfter = 1 },
                new SeatPreview { Line = "features/camera", Limit = 2, HeldBefore = 0, HeldAfter = 1 },
            ],
            preview.Seats);
        Assert.Equal(before, await story.SnapshotAsync());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Tells_what_becomes_of_each_device(DatabaseKind database)
    {
        await using var story = await BeginAsync(database);
        await story.ActivateAsync(Ask(story, 0, "gone", "kept"));

        var request = _product.Ask(story.License.Slc) with
        {
            Generation = 1,
            Devices = [Camera("kept"), Camera("new"), Camera("over"), new RequestedDevice("x", "laser")],
        };
        var preview = await story.PreviewAsync(_product.Sign(request));

        Assert.Equal(
            [
                ("gone", DeviceChange.Gone), ("kept", DeviceChange.Kept), ("new", DeviceChange.New),
                ("over", DeviceChange.OverLimit), ("x", DeviceChange.NotLicensed),
            ],
            preview.Devices.Select(device => (device.Device.Id, device.Change)));
        Assert.Equal(PreviewOutcome.Refused, preview.Outcome);
        Assert.Equal(3, preview.Seats.Single(line => line.Line == "features/camera").HeldAfter);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Carries_exactly_the_refusal_that_activating_gives(DatabaseKind database)
    {
        await using var story = await BeginAsync(database);
        var file = Ask(story, 0, "a", "b", "c");

        var preview = await story.PreviewAsync(file);
        var refusal = await story.RefusedAsync(file);

        Assert.Equal(PreviewOutcome.Refused, preview.Outcome);
        Assert.Equal(refusal.Details(), preview.Refusal);
        Assert.Equal("SEATS_EXHAUSTED", preview.Refusal.Details.First(detail => detail.Is(ErrorInfo.Descriptor)).Unpack<ErrorInfo>().Reason);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Knows_a_request_that_was_answered_and_a_key_that_is_activated(DatabaseKind database)
    {
        await using var story = await BeginAsync(database);
        var file = Ask(story, 0, "a");
        var answer = await story.ActivateAsync(file);

        var same = await story.PreviewAsync(file);
        var next = await story.PreviewAsync(Ask(story, 1, "a"));

        Assert.Equal(PreviewOutcome.SameFile, same.Outcome);
        Assert.Equal(PreviewOutcome.NextFile, next.Outcome);
        Assert.Equal(answer.Activation.Name, next.Activation);
        Assert.All(next.Seats, line => Assert.Equal(line.HeldBefore, line.HeldAfter));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task An_old_request_that_was_answered_moves_nothing_of_what_came_after_it(DatabaseKind database)
    {
        await using var story = await BeginAsync(database);
        var old = Ask(story, 0, "a");
        await story.ActivateAsync(old);
        await story.ActivateAsync(Ask(story, 1, "b", "c"));

        var preview = await story.PreviewAsync(old);

        Assert.Equal(PreviewOutcome.SameFile, preview.Outcome);
        Assert.All(preview.Seats, line => Assert.Equal(line.HeldBefore, line.HeldAfter));
        Assert.Equal(
            [("b", DeviceChange.Kept), ("c", DeviceChange.Kept)],
            preview.Devices.Select(device => (device.Device.Id, device.Change)));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Refuses_a_code_that_no_license_has(DatabaseKind database)
    {
        await using var story = await BeginAsync(database);
        var request = _product.Ask(Domain.Licenses.Slc.Random().ToGroups());

        var refusal = await Assert.ThrowsAsync<RpcException>(() => story.PreviewAsync(_product.Sign(request)));

        Assert.Equal("SLC_UNKNOWN", refusal.Reason());
    }

    private static Task<ActivationStory> BeginAsync(DatabaseKind database) => ActivationStory.BeginAsync(database, license =>
        license.Features.Add(new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = 2 }));

    private static RequestedDevice Camera(string id) => new(id, "camera");

    private ByteString Ask(ActivationStory story, int generation, params string[] cameras) => _product.Sign(
        _product.Ask(story.License.Slc) with { Generation = generation, Devices = [.. cameras.Select(Camera)] });
}
