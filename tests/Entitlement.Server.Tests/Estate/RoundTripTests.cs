using Entitlement.Client.Audit;
using Entitlement.Formats;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.Tests.Estate;

public sealed class RoundTripTests : IDisposable
{
    private readonly InstalledProduct _product = new();

    public void Dispose() => _product.Dispose();

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task What_was_exported_and_imported_is_exported_the_same(DatabaseKind database)
    {
        await using var old = await MovingIn.BeginAsync(database);
        await FillAsync(old);
        var exported = await old.ExportAsync();

        await using var anew = await MovingIn.BeginAsync(database);
        var results = await anew.ImportAsync(exported.Chunk(3), dryRun: true);
        var imported = await anew.ImportAsync(exported.Chunk(3));

        Assert.Equal(
            ["product", "account", "account", "license", "license", "license", "activation", "activation", "activation"],
            exported.Select(record => record.RecordCase.ToString().ToLowerInvariant()));
        Assert.All(results.Concat(imported), result => Assert.Equal((ImportOutcome.Created, null), (result.Outcome, result.Refusal)));
        Assert.Equal(exported, await anew.ExportAsync(pageSize: 1_000));
        Assert.Equal(exported.Where(record => record.License is not null), await anew.ExportAsync(kind: EstateKind.License));
        Assert.Equal(
            [LicenseState.Active, LicenseState.Suspended, LicenseState.Revoked],
            (await ReadAllAsync(anew, exported)).Select(license => license.State).Order());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task An_activated_machine_goes_on_at_the_new_service_above_what_is_outside(DatabaseKind database)
    {
        await using var old = await MovingIn.BeginAsync(database);
        await FillAsync(old);
        var exported = await old.ExportAsync();
        await using var anew = await MovingIn.BeginAsync(database);
        await anew.ImportAsync(exported.Chunk(500));
        var before = exported.Single(record => record.Activation?.InstanceThumbprint == _product.PublicKey.Thumbprint).Activation;
        var license = (await ReadAllAsync(anew, exported)).Single(license => before.Name.StartsWith(license.Name, StringComparison.Ordinal));
        var activations = new ActivationService.ActivationServiceClient(anew.Shop.Host.Anonymous);

        var refreshed = await activations.RefreshLicenseAsync(new RefreshLicenseRequest
        {
            LicenseRequest = _product.Sign(_product.Ask(license.Slc) with
            {
                Operation = LicenseRequestOperation.Refresh,
                Generation = before.Generation,
            }),
        });
        var held = (await anew.ReadAsync(license.Name)).MachinesHeld;
        var returned = await activations.DeactivateAsync(new DeactivateRequest
        {
            ReturnReceipt = _product.Return(before.Name, before.Generation + 1),
        });

        Assert.Equal(2, before.Generation);
        Assert.Equal((before.Name, 3), (refreshed.Activation.Name, refreshed.Activation.Generation));
        Assert.Equal(GenerationNotice.Unspecified, refreshed.GenerationNotice);
        Assert.Equal(license.MachinesHeld, held);
        Assert.Equal(ActivationEnd.Returned, returned.Activation.End);
        Assert.Equal(held - 1, (await anew.ReadAsync(license.Name)).MachinesHeld);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task The_audit_trail_of_the_new_service_accounts_for_the_generations_of_the_old(DatabaseKind database)
    {
        await using var old = await MovingIn.BeginAsync(database);
        await FillAsync(old);
        await using var trail = await Audit.Trail.BeginAsync(database);
        using var call = new EstateService.EstateServiceClient(trail.Host.Administrator).ImportEstate();
        await call.RequestStream.WriteAsync(new ImportEstateRequest { Records = { await old.ExportAsync() } });
        await call.ResponseStream.MoveNext(CancellationToken.None);
        await call.RequestStream.CompleteAsync();
        await trail.SealAsync();

        var report = await trail.VerifyAsync();
        var record = (await trail.Records.ReadAsync()).Single(record =>
            (string)record["Action"] == "activation.import" && ((string)record["Details"]).Contains("\"generation\":2"));
        await trail.Records.DeleteAsync(record);

        Assert.Empty(report.Findings);
        Assert.Contains((await trail.VerifyAsync()).Findings, finding => finding.Fault == AuditFault.RecordMissing);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task The_tree_of_accounts_and_what_licenses_were_sold_with_move_along(DatabaseKind database)
    {
        await using var old = await MovingIn.BeginAsync(database);
        await FillTreeAsync(old);
        var exported = await old.ExportAsync();

        await using var anew = await MovingIn.BeginAsync(database);

        // Nothing comes from its future, however quickly it was begun.
        anew.Shop.Clock.Advance(TimeSpan.FromMinutes(1));
        var rehearsed = await anew.ImportAsync([[.. exported]], dryRun: true);
        var imported = await anew.ImportAsync([[.. exported]]);
        var again = await anew.ImportAsync([[.. exported]]);

        Assert.All(rehearsed.Concat(imported), result => Assert.Equal((ImportOutcome.Created, null), (result.Outcome, result.Refusal)));
        Assert.All(again, result => Assert.Equal((ImportOutcome.Unchanged, null), (result.Outcome, result.Refusal)));
        Assert.Equal(exported, await anew.ExportAsync(pageSize: 1_000));
        Assert.Equal(["Vendor", "Partner", "Customer"], exported.Where(one => one.Account is not null).Select(one => one.Account.DisplayName));
        var customer = (await anew.Shop.Accounts.ListAccountsAsync(new ListAccountsRequest { CustomerNumber = "C-1001" })).Accounts.Single();
        Assert.Equal(
            (imported[2].Name, AccountPolicy.OpenUntilSupervised, "AT", true),
            (customer.Parent, customer.Policy, customer.Contact.CountryCode, customer.SuperviseTime is not null));
        var license = exported.Single(one => one.License?.ExternalRef == "L-1").License;
        Assert.Equal("NOT_SOLD", (await Shop.RefusedAsync(anew.Shop.Licenses.ReconfigureLicenseAsync(Choose(license.Name, 6, 4)))).Reason());
        var chosen = (await anew.Shop.Licenses.ReconfigureLicenseAsync(Choose(license.Name, 5, 4))).License;
        Assert.Equal((5, 4), (chosen.MachineLimit, chosen.Features.Single().Quantity));
        Assert.True((await anew.ReadAsync(exported.Single(one => one.License?.ExternalRef == "L-2").License.Name)).AwaitsConfiguration);
    }

    [Fact]
    public async Task Refuses_accounts_and_sold_quantities_that_can_not_be()
    {
        await using var moving = await MovingIn.BeginAsync(DatabaseKind.Sqlite);
        await moving.ImportAsync(MovingIn.Product(), Below("C-1", "", account => account.CustomerNumber = "N-1"));
        for (var depth = 2; depth <= 8; depth++)
        {
            await moving.ImportAsync(Below($"C-{depth}", $"C-{depth - 1}"));
        }

        EstateRecord[] wrong =
        [
            Below("D-1", "C-0"), Below("D-2", "C-8"), Below("D-3", "", account => account.CustomerNumber = "N-1"),
            Below("C-2", "C-3"), Below("D-4", "C-1", account => account.Parent = $"accounts/{Guid.NewGuid()}"),
            Below("D-5", "", account => account.SuperviseTime = moving.Shop.Clock.GetUtcNow().AddDays(1).ToTimestamp()),
            MovingIn.License("L-1", "C-1", license => (license.MachineLimit, license.SoldMachineLimit) = (5, 4)),
            MovingIn.License("L-2", "C-1", license => license.Features.Add(
                new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = 5, SoldQuantity = 4 })),
        ];
        foreach (var dryRun in new[] { true, false })
        {
            Assert.Equal(
                [
                    ("REFERENCE_UNKNOWN", "account.parent_ref"), ("ACCOUNT_TOO_DEEP", ""), ("CUSTOMER_NUMBER_TAKEN", ""),
                    ("RECORD_DIFFERS", "account.parent_ref"), ("INVALID_ARGUMENT", "account.parent"),
                    ("INVALID_ARGUMENT", "account.supervise_time"), ("INVALID_ARGUMENT", "license.sold_machine_limit"),
                    ("INVALID_ARGUMENT", "license.features[0].sold_quantity"),
                ],
                (await moving.ImportAsync([wrong], dryRun)).Select(MovingIn.WhyNot));
        }
    }

    private static EstateRecord Below(string reference, string parent, Action<EstateAccount>? change = null)
    {
        var account = new EstateAccount { ExternalRef = reference, DisplayName = reference, ParentRef = parent };
        change?.Invoke(account);
        return new EstateRecord { Account = account };
    }

    private static ReconfigureLicenseRequest Choose(string license, int machines, int cameras) => new()
    {
        Name = license,
        Reason = "It was sold so.",
        Configuration = new LicenseConfiguration
        {
            MachineLimit = machines,
            Features = { new FeatureChoice { Code = "camera", Quantity = cameras } },
        },
    };

    /// <summary>A customer that is older than the partner and the vendor below whom it was moved, and two licenses of it.</summary>
    private static async Task FillTreeAsync(MovingIn moving)
    {
        var clock = moving.Shop.Clock;
        var customer = (await moving.ImportAsync(MovingIn.Product(), Below("C-1", "", account =>
        {
            (account.DisplayName, account.CustomerNumber) = ("Customer", "C-1001");
            account.Policy = AccountPolicy.OpenUntilSupervised;
            account.SuperviseTime = clock.GetUtcNow().ToTimestamp();
            account.Contact = new ContactDetails { PostalAddress = "1 Main Street", CountryCode = "AT" };
        })))[1].Name;
        clock.Advance(TimeSpan.FromSeconds(1));
        await moving.ImportAsync(Below("V-1", "", account => account.DisplayName = "Vendor"));
        clock.Advance(TimeSpan.FromSeconds(1));
        var partner = (await moving.ImportAsync(Below("P-1", "V-1", account => account.DisplayName = "Partner"))).Single().Name;
        await moving.Shop.Accounts.MoveAccountAsync(new MoveAccountRequest { Name = customer, Parent = partner });
        var sold = await moving.ImportAsync(
            MovingIn.License("L-1", "C-1", license =>
            {
                (license.MachineLimit, license.Edition) = (5, "basic");
                license.Editions.Add("pro");
                license.Features.Add(new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = 4 });
            }),
            MovingIn.License("L-2", "C-1", license => license.AwaitsConfiguration = true));
        var less = Choose(sold[0].Name, 3, 0);
        less.Configuration.Edition = "pro";
        await moving.Shop.Licenses.ReconfigureLicenseAsync(less);
    }

    /// <summary>One of each thing that there is to move: three licenses, two machines with files and one that is awaited.</summary>
    private async Task FillAsync(MovingIn moving)
    {
        var clock = moving.Shop.Clock;
        await moving.ImportAsync(
            MovingIn.Product(), MovingIn.Account("C-1", "=Example \"Works\", Ltd"), MovingIn.Account("C-2", "Müller & Söhne"));
        var results = await moving.ImportAsync(
            MovingIn.License("L-1", "C-1", license =>
            {
                license.MachineLimit = 3;
                license.MachineOverage = 1;
                license.ReleaseLimit = 0;
                license.Edition = "pro";
                license.EndTime = clock.GetUtcNow().AddYears(1).ToTimestamp();
                license.CareEndTime = clock.GetUtcNow().AddMonths(6).ToTimestamp();
                license.Features.Add(
                [
                    new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = 4, Overage = 1 },
                    new FeatureLine { Code = "export", Counts = FeatureCount.License, Quantity = 1 },
                    new FeatureLine { Code = "render", Counts = FeatureCount.Lease, Quantity = 5, LeaseDuration = new Duration { Seconds = 1800 } },
                ]);
            }),
            MovingIn.License("L-2", "C-2", license => license.ActivationMode = ActivationMode.PortalOnly),
            MovingIn.License("L-3", "C-2", license => license.PerpetualOffline = true),
            MovingIn.Machine("M-1", "L-1", machine => machine.Components.Add(new MachineComponent
            {
                Kind = "mac",
                Hashes = { MachineComponents.Hash("acme-cad", MachineComponentKind.Mac, "00:1b:21:aa:bb:cc") },
            })));
        var licenses = new List<License>();
        foreach (var result in results.Take(3))
        {
            licenses.Add(await moving.ReadAsync(result.Name));
        }

        using var other = new InstalledProduct();
        await moving.ActivateAsync(licenses[0], _product, ask => ask with { Devices = [new RequestedDevice("cam-1", "camera", "X100")] });
        await moving.ActivateAsync(licenses[0], _product, ask => ask with
        {
            Devices = [new RequestedDevice("cam-1", "camera", "X100"), new RequestedDevice("cam;2", "camera", null)],
            Generation = 1,
        });
        await moving.ActivateAsync(licenses[2], other);
        await moving.Shop.Licenses.SuspendLicenseAsync(new SuspendLicenseRequest { Name = licenses[1].Name, Reason = "unpaid" });
        await moving.Shop.Licenses.RevokeLicenseAsync(new RevokeLicenseRequest { Name = licenses[2].Name, Reason = "returned" });
    }

    private static async Task<IReadOnlyList<License>> ReadAllAsync(MovingIn moving, IEnumerable<EstateRecord> exported)
    {
        var licenses = new List<License>();
        foreach (var record in exported.Where(record => record.License is not null))
        {
            licenses.Add(await moving.ReadAsync(record.License.Name));
        }

        return licenses;
    }
}
