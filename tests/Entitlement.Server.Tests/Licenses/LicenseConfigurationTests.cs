using Entitlement.Formats;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Tests.Licenses;

/// <summary>What a customer chooses of what was bought.</summary>
public class LicenseConfigurationTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Software_that_awaits_its_configuration_grants_what_is_chosen_and_nothing_before(DatabaseKind database)
    {
        await using var desk = await Desk.OpenAsync(database, license => license.AwaitsConfiguration = true);
        var early = await desk.RefusedAsync();

        var configured = await desk.ConfigureAsync(
            new LicenseConfiguration { Edition = "pro", MachineLimit = 2, Features = { Feature("camera", 3), Feature("export", 0) } });
        var claims = await desk.ActivateAsync();

        Assert.Equal("LICENSE_NOT_CONFIGURED", early.Reason());
        Assert.Equal(("pro", 2, 5, false), (configured.Edition, configured.MachineLimit, configured.SoldMachineLimit, configured.AwaitsConfiguration));
        Assert.Equal(["standard"], configured.Editions);
        Assert.Equal([("camera", 3, 4), ("export", 0, 1), ("render", 5, 5)], configured.Features.Select(line => (line.Code, line.Quantity, line.SoldQuantity)));
        Assert.Equal("pro", claims.Edition);
        Assert.Equal(["render"], claims.Features.Select(feature => feature.Code));
        Assert.Equal(
            "LICENSE_CONFIGURED",
            (await Shop.RefusedAsync(desk.Client.ConfigureLicenseAsync(
                new ConfigureLicenseRequest { Name = desk.License.Name, Configuration = new LicenseConfiguration() }))).Reason());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task What_was_switched_off_or_chosen_less_of_can_be_chosen_again_and_no_more(DatabaseKind database)
    {
        await using var desk = await Desk.OpenAsync(database);
        await desk.ReconfigureAsync(new LicenseConfiguration { Edition = "pro", MachineLimit = 1, Features = { Feature("camera", 0) } });

        var back = await desk.ReconfigureAsync(
            new LicenseConfiguration { Edition = "standard", MachineLimit = 5, Features = { Feature("camera", 4) } });

        Assert.Equal(("standard", 5), (back.Edition, back.MachineLimit));
        Assert.Equal(4, back.Features.Single(line => line.Code == "camera").Quantity);
        (string Line, string Sold, LicenseConfiguration Wanted)[] cases =
        [
            ("machines", "5", new() { MachineLimit = 6 }), ("features/camera", "4", new() { Features = { Feature("camera", 5) } }),
            ("edition", "standard, pro", new() { Edition = "ultimate" }),
        ];
        foreach (var (line, sold, wanted) in cases)
        {
            var refusal = await desk.RefusedAsync(wanted);
            Assert.Equal(("NOT_SOLD", line, sold), (refusal.Reason(), refusal.Info().Metadata["line"], refusal.Info().Metadata["sold"]));
        }

        Assert.Equal(back, (await desk.Client.GetLicenseAsync(new GetLicenseRequest { Name = back.Name })).License);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Less_than_is_in_use_must_be_meant_and_then_lets_go_on_what_is_there_and_takes_nothing_more(DatabaseKind database)
    {
        await using var desk = await Desk.OpenAsync(database);
        using var second = new InstalledProduct();
        await desk.ActivateAsync("cam-1", "cam-2");
        await desk.ActivateAsync(second, "cam-3");
        var less = new LicenseConfiguration { MachineLimit = 1, Features = { Feature("camera", 1), Feature("export", 0) } };

        var refusal = await desk.RefusedAsync(less);
        var before = await desk.ReadAsync();
        var reduced = await desk.ReconfigureAsync(less, acceptBelowUse: true);

        Assert.Equal("LIMIT_BELOW_USE", refusal.Reason());
        Assert.Equal(
            [("machines", 1, 2), ("features/camera", 1, 3)],
            refusal.Find<SeatShortage>()!.Lines.Select(line => (line.Line_, line.Limit, line.Held)));
        Assert.Equal(5, before.MachineLimit);
        Assert.Equal((1, 2, 1), (reduced.MachineLimit, reduced.MachinesHeld, reduced.MachinesOver));

        // Those that are there go on and renew; nobody new comes in, and what is given back is not taken again.
        await desk.ActivateAsync("cam-1", "cam-2");
        using var third = new InstalledProduct();
        Assert.Equal("SEATS_EXHAUSTED", (await desk.RefusedAsync(third)).Reason());
        await desk.ActivateAsync("cam-1");
        Assert.Equal("SEATS_EXHAUSTED", (await Refusals.OfAsync(() => desk.ActivateAsync("cam-1", "cam-9")))!.Reason());
        await desk.ReturnAsync(second);
        Assert.Equal("SEATS_EXHAUSTED", (await desk.RefusedAsync(third)).Reason());
        Assert.Equal((1, 1), ((await desk.ReadAsync()).MachinesHeld, (await desk.ReadAsync()).Features.Single(line => line.Code == "camera").Held));

        // The vendor may still change other terms of it.
        await desk.Client.UpdateLicenseAsync(new UpdateLicenseRequest
        {
            Name = desk.License.Name,
            License = new License { ReleaseLimit = 9 },
            UpdateMask = new FieldMask { Paths = { "release_limit" } },
            Reason = "Goodwill.",
        });
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Choosing_less_races_with_taking_a_seat_and_never_both_succeed(DatabaseKind database)
    {
        await using var desk = await Desk.OpenAsync(database);
        await desk.ActivateAsync();
        using var second = new InstalledProduct();

        var activation = Refusals.OfAsync(() => desk.ActivateAsync(second));
        var reduction = Refusals.OfAsync(() => desk.ReconfigureAsync(new LicenseConfiguration { MachineLimit = 1 }));
        var refused = new[] { await activation, await reduction }.OfType<RpcException>().Select(refusal => refusal.Reason()).ToList();

        var license = await desk.ReadAsync();
        Assert.True(Assert.Single(refused) is "SEATS_EXHAUSTED" or "LIMIT_BELOW_USE", refused[0]);
        Assert.True(license.MachinesHeld <= license.MachineLimit);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Is_on_record_and_takes_effect_once(DatabaseKind database)
    {
        await using var desk = await Desk.OpenAsync(database);
        var request = new ReconfigureLicenseRequest
        {
            Name = desk.License.Name,
            Configuration = new LicenseConfiguration { MachineLimit = 3, Features = { Feature("camera", 2) } },
            Reason = "The plant shrank.",
            RequestId = $"{Guid.NewGuid()}",
        };
        await desk.Client.ReconfigureLicenseAsync(request);
        await desk.ReconfigureAsync(new LicenseConfiguration { MachineLimit = 4 });

        var repeated = (await desk.Client.ReconfigureLicenseAsync(request)).License;

        Assert.Equal(4, repeated.MachineLimit);
        var records = await desk.Shop.ReadAsync(db => db.AuditRecords.Where(row => row.Action == "license.reconfigure").ToListAsync());
        Assert.Equal(2, records.Count);
        var first = records.Single(row => row.Reason == "The plant shrank.");
        Assert.Equal(
            """{"before":{"edition":"standard","machine_limit":5,"features":{"camera":4,"export":1,"render":5}},"""
            + "\"after\":" + """{"edition":"standard","machine_limit":3,"features":{"camera":2,"export":1,"render":5}}}""",
            first.Details);
    }

    [Fact]
    public async Task Who_sells_more_sells_it_from_then_on()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        await desk.ReconfigureAsync(new LicenseConfiguration { MachineLimit = 2 });

        var sold = (await desk.Client.UpdateLicenseAsync(new UpdateLicenseRequest
        {
            Name = desk.License.Name,
            License = new License { MachineLimit = 3 },
            UpdateMask = new FieldMask { Paths = { "machine_limit" } },
            Reason = "Less was bought.",
        })).License;

        Assert.Equal((3, 3), (sold.MachineLimit, sold.SoldMachineLimit));
        Assert.Equal("NOT_SOLD", (await desk.RefusedAsync(new LicenseConfiguration { MachineLimit = 4 })).Reason());
    }

    [Fact]
    public async Task Refuses_what_makes_no_sense_and_names_the_field()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        (string Field, LicenseConfiguration? Wanted)[] cases =
        [
            ("configuration", null), ("configuration.machine_limit", new() { MachineLimit = 0 }),
            ("configuration.features[0].code", new() { Features = { Feature("laser", 1) } }),
            ("configuration.features[0].quantity", new() { Features = { Feature("camera", -1) } }),
            ("configuration.features[1].code", new() { Features = { Feature("camera", 1), Feature("camera", 2) } }),
        ];

        await Shop.AllNameTheirFieldAsync(cases.Select(one => (
            one.Field,
            $"{one.Wanted}",
            (Func<AsyncUnaryCall<ReconfigureLicenseResponse>>)(() => desk.Client.ReconfigureLicenseAsync(
                new ReconfigureLicenseRequest { Name = desk.License.Name, Configuration = one.Wanted, Reason = "x" })))));
        await desk.Client.RevokeLicenseAsync(new RevokeLicenseRequest { Name = desk.License.Name, Reason = "Over." });
        Assert.Equal("LICENSE_REVOKED", (await desk.RefusedAsync(new LicenseConfiguration { MachineLimit = 1 })).Reason());
    }

    private static FeatureChoice Feature(string code, int quantity) => new() { Code = code, Quantity = quantity };

    /// <summary>A license as it is sold to be configured, and a machine of its customer.</summary>
    private sealed class Desk : IAsyncDisposable
    {
        private readonly InstalledProduct _product = new();

        private Desk(Shop shop, License license) => (Shop, License) = (shop, license);

        public Shop Shop { get; }

        public License License { get; }

        public LicenseService.LicenseServiceClient Client => Shop.Licenses;

        public static async Task<Desk> OpenAsync(DatabaseKind database, Action<License>? change = null)
        {
            var shop = await Shop.OpenAsync(database);
            var license = new License
            {
                Product = await shop.NewProductAsync(),
                Edition = "standard",
                Editions = { "pro" },
                MachineLimit = 5,
                Features =
                {
                    new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = 4 },
                    new FeatureLine { Code = "export", Counts = FeatureCount.License },
                    new FeatureLine { Code = "render", Counts = FeatureCount.Lease, Quantity = 5 },
                },
            };
            change?.Invoke(license);
            var created = await shop.Licenses.CreateLicenseAsync(
                new CreateLicenseRequest { Parent = await shop.NewAccountAsync(), License = license });
            return new Desk(shop, created.License);
        }

        public async Task<License> ConfigureAsync(LicenseConfiguration configuration) => (await Client.ConfigureLicenseAsync(
            new ConfigureLicenseRequest { Name = License.Name, Configuration = configuration })).License;

        public async Task<License> ReconfigureAsync(LicenseConfiguration configuration, bool acceptBelowUse = false) =>
            (await Client.ReconfigureLicenseAsync(new ReconfigureLicenseRequest
            {
                Name = License.Name,
                Configuration = configuration,
                AcceptBelowUse = acceptBelowUse,
                Reason = "As it is needed.",
            })).License;

        public async Task<License> ReadAsync() => (await Client.GetLicenseAsync(new GetLicenseRequest { Name = License.Name })).License;

        public Task<LicenseClaims> ActivateAsync(params string[] cameras) => ActivateAsync(_product, cameras);

        public async Task<LicenseClaims> ActivateAsync(InstalledProduct product, params string[] cameras)
        {
            var request = product.Ask(License.Slc) with { Devices = [.. cameras.Select(id => new RequestedDevice(id, "camera"))] };
            var answer = await new ActivationService.ActivationServiceClient(Shop.Host.Anonymous).ActivateAsync(
                new ActivateRequest { LicenseRequest = product.Sign(request) });
            return LicenseFile.Read(answer.LicenseFile.Span).Claims;
        }

        public async Task ReturnAsync(InstalledProduct product)
        {
            var activations = await new ActivationService.ActivationServiceClient(Shop.Host.Administrator).ListActivationsAsync(
                new ListActivationsRequest { Parent = License.Name });
            var own = activations.Activations.Single(one => one.InstanceThumbprint == product.PublicKey.Thumbprint);
            await new ActivationService.ActivationServiceClient(Shop.Host.Anonymous).DeactivateAsync(
                new DeactivateRequest { ReturnReceipt = product.Return(own.Name) });
        }

        public Task<RpcException> RefusedAsync() => RefusedAsync(_product);

        public async Task<RpcException> RefusedAsync(InstalledProduct product) =>
            await Assert.ThrowsAsync<RpcException>(() => ActivateAsync(product));

        public async Task<RpcException> RefusedAsync(LicenseConfiguration configuration) =>
            await Assert.ThrowsAsync<RpcException>(() => ReconfigureAsync(configuration));

        public ValueTask DisposeAsync()
        {
            _product.Dispose();
            return Shop.DisposeAsync();
        }
    }
}
