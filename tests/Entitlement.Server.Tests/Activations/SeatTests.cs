using Entitlement.Formats;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Server.Tests.Activations;

public class SeatTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Machines_that_race_for_the_last_seats_get_exactly_those(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, license => license.MachineLimit = 10);
        var products = Enumerable.Range(0, 40).Select(_ => new InstalledProduct()).ToList();

        var answers = await Task.WhenAll(products.Select(product => TryAsync(story, product)));

        Assert.Equal(10, answers.Count(answer => answer is null));
        Assert.All(answers.OfType<RpcException>(), refusal => Assert.Equal("SEATS_EXHAUSTED", refusal.Reason()));
        Assert.Equal(10, (await story.Host.ReadAsync(story.License)).MachinesHeld);
        products.ForEach(product => product.Dispose());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Devices_that_race_for_the_last_seats_of_a_feature_never_get_more_than_there_are(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, license =>
        {
            license.MachineLimit = 40;
            license.Features.Add(new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = 25 });
        });
        var products = Enumerable.Range(0, 20).Select(_ => new InstalledProduct()).ToList();

        var answers = await Task.WhenAll(products.Select(product => TryAsync(story, product, Camera("a"), Camera("b"))));

        var granted = answers.Count(answer => answer is null);
        var license = await story.Host.ReadAsync(story.License);
        Assert.Equal(12, granted);
        Assert.Equal(24, Assert.Single(license.Features).Held);
        Assert.Equal(12, license.MachinesHeld);
        products.ForEach(product => product.Dispose());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_request_for_more_than_is_left_is_refused_whole_with_the_numbers_of_each_line(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, TwoLines);
        using var first = new InstalledProduct();
        using var second = new InstalledProduct();
        await story.ActivateAsync(first.Sign(first.Ask(story.License.Slc) with { Devices = [Camera("a")] }));
        var before = await story.SnapshotAsync();

        var refusal = await story.RefusedAsync(second.Sign(
            second.Ask(story.License.Slc) with { Devices = [Camera("b"), Camera("c"), new RequestedDevice("t", "tool")] }));

        Assert.Equal(StatusCode.FailedPrecondition, refusal.StatusCode);
        Assert.Equal(
            [
                new SeatShortage.Types.Line { Line_ = "machines", Limit = 1, Held = 1, Requested = 1 },
                new SeatShortage.Types.Line { Line_ = "features/camera", Limit = 2, Held = 1, Requested = 2 },
            ],
            refusal.Find<SeatShortage>()!.Lines);
        Assert.Equal(before, await story.SnapshotAsync());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Devices_that_a_later_request_leaves_out_give_their_seats_back(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, TwoLines);
        using var product = new InstalledProduct();
        await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc) with { Devices = [Camera("a"), Camera("b")] }));

        var response = await story.ActivateAsync(product.Sign(
            product.Ask(story.License.Slc) with { Generation = 1, Devices = [Camera("b"), new RequestedDevice("t", "tool", "T1")] }));

        var license = await story.Host.ReadAsync(story.License);
        Assert.Equal([("camera", 1), ("tool", 1)], license.Features.Select(line => (line.Code, line.Held)));
        Assert.Equal([("camera", "b", ""), ("tool", "t", "T1")], response.Activation.Devices.Select(d => (d.Feature, d.Id, d.Model)));
        var claims = ActivationStory.Read(response.LicenseFile);
        Assert.Equal([("camera", 1, "b"), ("tool", 1, "t")], claims.Features.Select(f => (f.Code, f.Quantity, f.Devices.Single())));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_device_whose_model_is_told_differently_keeps_its_seat_and_reads_as_told_last(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, TwoLines);
        using var product = new InstalledProduct();
        await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc) with { Devices = [Camera("a")] }));

        var answer = await story.ActivateAsync(product.Sign(
            product.Ask(story.License.Slc) with { Generation = 1, Devices = [Camera("a") with { Model = "C9" }] }));

        var read = await new ActivationService.ActivationServiceClient(story.Host.Administrator)
            .GetActivationAsync(new GetActivationRequest { Name = answer.Activation.Name });
        Assert.Equal("C9", Assert.Single(read.Activation.Devices).Model);
        Assert.Equal(answer.Activation, read.Activation);
        Assert.Equal(1, (await story.Host.ReadAsync(story.License)).Features.Single(line => line.Code == "camera").Held);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_feature_that_counts_by_license_is_granted_whole_to_every_activation(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, license =>
        {
            license.MachineLimit = 2;
            license.Features.Add(new FeatureLine { Code = "export", Counts = FeatureCount.License, Quantity = 3 });
        });
        for (var machine = 0; machine < 2; machine++)
        {
            using var product = new InstalledProduct();

            var response = await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc)));

            var feature = Assert.Single(ActivationStory.Read(response.LicenseFile).Features);
            Assert.Equal(("export", 3, FeatureCounting.License), (feature.Code, feature.Quantity, feature.Counts));
        }
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Ten_thousand_devices_are_activated_by_one_request(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, license =>
            license.Features.Add(new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = 10_000 }));
        using var product = new InstalledProduct();
        var devices = Enumerable.Range(0, 10_000).Select(i => Camera($"camera-{i}"));

        var response = await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc) with { Devices = [.. devices] }));

        Assert.Equal(10_000, response.Activation.DeviceCount);
        Assert.Equal(10_000, Assert.Single((await story.Host.ReadAsync(story.License)).Features).Held);
        Assert.True(story.Verify(response.LicenseFile, product).IsValid);
    }

    private static RequestedDevice Camera(string id) => new(id, "camera");

    private static void TwoLines(License license) => license.Features.Add(
    [
        new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = 2 },
        new FeatureLine { Code = "tool", Counts = FeatureCount.Device, Quantity = 1 },
    ]);

    private static async Task<RpcException?> TryAsync(
        ActivationStory story, InstalledProduct product, params RequestedDevice[] devices)
    {
        try
        {
            await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc) with { Devices = [.. devices] }));
            return null;
        }
        catch (RpcException refusal)
        {
            return refusal;
        }
    }
}
