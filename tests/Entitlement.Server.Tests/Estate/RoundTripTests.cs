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
