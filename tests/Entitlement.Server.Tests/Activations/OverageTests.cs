using Entitlement.Formats;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using FeatureLine = Entitlement.V1.FeatureLine;

namespace Entitlement.Server.Tests.Activations;

/// <summary>What may be held above the quantity, and is told to be over.</summary>
public sealed class OverageTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Machines_and_devices_are_taken_up_to_the_overage_and_never_above_it(DatabaseKind database)
    {
        await using var story = await BeginAsync(database);
        var products = Enumerable.Range(0, 10).Select(_ => new InstalledProduct()).ToList();

        var answers = await Task.WhenAll(products.Select(product => Refusals.OfAsync(() => story.ActivateAsync(
            product.Sign(product.Ask(story.License.Slc) with { Devices = [new RequestedDevice("cam-1", "camera")] })))));

        Assert.Equal(5, answers.Count(refusal => refusal is null));
        var lines = answers.OfType<RpcException>().First().Find<SeatShortage>()!.Lines;
        Assert.Equal(
            [("machines", 3, 5, 1, 2), ("features/camera", 4, 5, 1, 1)],
            lines.Select(line => (line.Line_, line.Limit, line.Held, line.Requested, line.Overage)));
        var license = await story.Host.ReadAsync(story.License);
        Assert.Equal((5, 2), (license.MachinesHeld, license.MachinesOver));
        Assert.Equal((5, 1), (license.Features[0].Held, license.Features[0].Over));
        products.ForEach(product => product.Dispose());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Leases_are_lent_up_to_the_overage(DatabaseKind database)
    {
        await using var story = await BeginAsync(database);
        using var machine = await ReportingMachine.ActivateAsync(story);

        await machine.LeaseAsync(3);
        var refusal = await machine.TryLeaseAsync(4);

        Assert.Equal(("2", "1"), (
            refusal?.Info().Metadata["features/render.limit"], refusal?.Info().Metadata["features/render.overage"]));
        var line = (await story.Host.ReadAsync(story.License)).Features.Single(line => line.Code == "render");
        Assert.Equal((3, 1), (line.Held, line.Over));
    }

    [Fact]
    public async Task A_preview_shows_what_may_be_held_above_the_limit()
    {
        await using var story = await BeginAsync(DatabaseKind.Sqlite);
        using var product = new InstalledProduct();

        var preview = await story.PreviewAsync(product.Sign(product.Ask(story.License.Slc)));

        Assert.Equal([("machines", 3, 2), ("features/camera", 4, 1)], preview.Seats.Select(seat => (seat.Line, seat.Limit, seat.Overage)));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_limit_may_be_lowered_as_far_as_the_overage_holds_what_is_held(DatabaseKind database)
    {
        await using var story = await BeginAsync(database);
        var machines = await ReportingMachine.ActivateAsync(story, 3);

        var tooLow = await Refusals.OfAsync(() => UpdateAsync(story, limit: 1, overage: 1));
        var license = await UpdateAsync(story, limit: 1, overage: 2);

        Assert.Equal(("LIMIT_BELOW_USE", "1"), (tooLow?.Reason(), tooLow?.Info().Metadata["overage"]));
        Assert.Equal((1, 2, 3, 2), (license.MachineLimit, license.MachineOverage, license.MachinesHeld, license.MachinesOver));
        machines.ForEach(machine => machine.Dispose());
    }

    private static Task<ActivationStory> BeginAsync(DatabaseKind database) => ActivationStory.BeginAsync(database, license =>
    {
        (license.MachineLimit, license.MachineOverage) = (3, 2);
        license.Features.Add(new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = 4, Overage = 1 });
        license.Features.Add(new FeatureLine { Code = "render", Counts = FeatureCount.Lease, Quantity = 2, Overage = 1 });
    });

    private static async Task<License> UpdateAsync(ActivationStory story, int limit, int overage)
    {
        var request = new UpdateLicenseRequest
        {
            Name = story.License.Name,
            License = new License { MachineLimit = limit, MachineOverage = overage },
            UpdateMask = new FieldMask { Paths = { "machine_limit", "machine_overage" } },
            Reason = "sold less",
        };
        return (await new LicenseService.LicenseServiceClient(story.Host.Administrator).UpdateLicenseAsync(request)).License;
    }
}
