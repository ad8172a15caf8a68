using Entitlement.Formats;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Server.Tests.Estate;

/// <summary>A machine that another system licensed comes for the first time, and goes on with the seat that is held for it.</summary>
public sealed class TakeOverTests : IDisposable
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
    public async Task Takes_no_second_seat_when_its_components_are_known(DatabaseKind database)
    {
        await using var moving = await MovingIn.BeginAsync(database);
        var license = await moving.SellAsync(machines: 1, terms => terms.Features.Add(
            new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = 2 }));
        var imported = (await moving.ImportAsync(MovingIn.Machine("M-1", "L-1", machine =>
        {
            machine.MachineName = "old name";
            machine.Components.Add(MovingIn.ComponentsOf(_product));
            machine.Devices.Add(new Device { Id = "cam-1", Feature = "camera" });
        })))[0].Name;
        var awaited = await GetAsync(moving, imported);

        var answer = await moving.ActivateAsync(license, _product, ask => ask with
        {
            Devices = [new RequestedDevice("cam-1", "camera", null), new RequestedDevice("cam-2", "camera", null)],
        });
        var again = await moving.ImportAsync(MovingIn.Machine("M-1", "L-1", machine => machine.MachineName = "old name"));

        Assert.Equal((true, "", 0, "M-1"), (awaited.AwaitsMachine, awaited.InstanceThumbprint, awaited.Generation, awaited.ExternalRef));
        Assert.Equal((imported, 1, false), (answer.Activation.Name, answer.Activation.Generation, answer.Activation.AwaitsMachine));
        Assert.Equal(_product.PublicKey.Thumbprint, answer.Activation.InstanceThumbprint);
        var now = await moving.ReadAsync(license.Name);
        Assert.Equal((1, 2), (now.MachinesHeld, now.Features.Single().Held));
        Assert.Equal((ImportOutcome.Unchanged, imported), (again[0].Outcome, again[0].Name));
        Assert.Contains(
            (await moving.Shop.AuditAsync()).Where(record => record.Resource == imported), record => record.Action == "activation.take_over");
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Is_known_by_its_name_only_where_its_components_are_not(DatabaseKind database)
    {
        await using var moving = await MovingIn.BeginAsync(database);
        var license = await moving.SellAsync(machines: 2);
        var imported = await moving.ImportAsync(
            MovingIn.Machine("M-1", "L-1", machine => machine.MachineName = "PRESS-7"),
            MovingIn.Machine("M-2", "L-1", machine =>
            {
                machine.MachineName = "press-7";
                machine.Components.Add(MovingIn.ComponentsOf(_other));
            }));

        var byName = await moving.ActivateAsync(license, _product);
        var byComponents = await moving.ActivateAsync(
            license, _other, ask => ask with { Machine = new RequestingMachine("renamed", _other.Components) });

        Assert.Equal(imported.Select(result => result.Name), [byName.Activation.Name, byComponents.Activation.Name]);
        Assert.Equal(2, (await moving.ReadAsync(license.Name)).MachinesHeld);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_stranger_takes_a_seat_of_its_own_or_none(DatabaseKind database)
    {
        await using var moving = await MovingIn.BeginAsync(database);
        var license = await moving.SellAsync(machines: 2);
        await moving.ImportAsync(MovingIn.Machine("M-1", "L-1", machine => machine.Components.Add(MovingIn.ComponentsOf(_other))));

        var stranger = await moving.ActivateAsync(license, _product);
        using var third = new InstalledProduct();
        var refused = await Assert.ThrowsAsync<RpcException>(() => moving.ActivateAsync(license, third));
        var expected = await moving.ActivateAsync(license, _other);

        Assert.Equal("SEATS_EXHAUSTED", refused.Reason());
        Assert.NotEqual(stranger.Activation.Name, expected.Activation.Name);
        Assert.Equal(2, (await moving.ReadAsync(license.Name)).MachinesHeld);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Of_many_with_one_name_that_come_at_once_each_gets_a_seat_of_its_own(DatabaseKind database)
    {
        await using var moving = await MovingIn.BeginAsync(database);
        var license = await moving.SellAsync(machines: 4);
        var imported = await moving.ImportAsync([.. Enumerable.Range(0, 4).Select(i =>
            MovingIn.Machine($"M-{i}", "L-1", machine => machine.MachineName = "press-7"))]);
        var products = Enumerable.Range(0, 5).Select(_ => new InstalledProduct()).ToList();

        var answers = await Task.WhenAll(products.Select(async product =>
        {
            try
            {
                return (await moving.ActivateAsync(license, product)).Activation.Name;
            }
            catch (RpcException refused)
            {
                return refused.Reason();
            }
        }));

        products.ForEach(product => product.Dispose());
        Assert.Equal(
            imported.Select(result => result.Name).Append("SEATS_EXHAUSTED").Order(StringComparer.Ordinal),
            answers.Order(StringComparer.Ordinal));
        Assert.Equal(4, (await moving.ReadAsync(license.Name)).MachinesHeld);
    }

    [Theory]
    [InlineData(ActivationMode.PortalOnly, "ACTIVATION_BY_PORTAL_ONLY")]
    [InlineData(ActivationMode.Approval, "AWAITING_APPROVAL")]
    public async Task Needs_somebody_who_may_give_seats_where_a_new_machine_does(ActivationMode mode, string reason)
    {
        await using var moving = await MovingIn.BeginAsync(DatabaseKind.Sqlite);
        var license = await moving.SellAsync(machines: 1, terms => terms.ActivationMode = mode);
        var imported = (await moving.ImportAsync(MovingIn.Machine("press-7", "L-1")))[0].Name;

        var refused = await Assert.ThrowsAsync<RpcException>(() => moving.ActivateAsync(license, _product));
        var given = await moving.ActivateAsync(license, _product, asAdministrator: true);

        Assert.Equal((reason, imported), (refused.Reason(), given.Activation.Name));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Is_released_like_any_other_and_is_on_no_list_of_revoked_files(DatabaseKind database)
    {
        await using var moving = await MovingIn.BeginAsync(database);
        var license = await moving.SellAsync(machines: 1);
        var imported = (await moving.ImportAsync(MovingIn.Machine("press-7", "L-1")))[0].Name;
        var activations = new ActivationService.ActivationServiceClient(moving.Shop.Host.Administrator);
        var request = new ListActivationsRequest { Parent = license.Name, AwaitsMachineOnly = true };
        var awaited = await activations.ListActivationsAsync(request);

        await activations.ReleaseActivationAsync(new ReleaseActivationRequest { Name = imported, Reason = "scrapped" });
        var list = (await new KeyService.KeyServiceClient(moving.Shop.Host.Anonymous)
            .GetRevocationListAsync(new GetRevocationListRequest())).RevocationList.ToStringUtf8();
        var fresh = await moving.ActivateAsync(license, _product);
        var again = await moving.ImportAsync(MovingIn.Machine("press-7", "L-1"));

        Assert.Equal(imported, awaited.Activations.Single().Name);
        Assert.Empty((await activations.ListActivationsAsync(request)).Activations);
        Assert.Equal("[]", Claim(list, "activations"));
        Assert.NotEqual(imported, fresh.Activation.Name);
        Assert.Equal((ImportOutcome.Unchanged, imported), (again[0].Outcome, again[0].Name));
        Assert.Equal(1, (await moving.ReadAsync(license.Name)).MachinesHeld);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Is_told_by_a_preview_and_not_taken_by_a_refresh(DatabaseKind database)
    {
        await using var moving = await MovingIn.BeginAsync(database);
        var license = await moving.SellAsync(machines: 1);
        var imported = (await moving.ImportAsync(MovingIn.Machine("press-7", "L-1")))[0].Name;
        var activations = new ActivationService.ActivationServiceClient(moving.Shop.Host.Anonymous);
        var refresh = _product.Sign(_product.Ask(license.Slc) with { Operation = LicenseRequestOperation.Refresh });

        var preview = await activations.PreviewLicenseRequestAsync(
            new PreviewLicenseRequestRequest { LicenseRequest = _product.Sign(_product.Ask(license.Slc)) });
        var refused = await Shop.RefusedAsync(activations.RefreshLicenseAsync(new RefreshLicenseRequest { LicenseRequest = refresh }));

        Assert.Equal((PreviewOutcome.NewActivation, imported), (preview.Outcome, preview.Activation));
        Assert.Equal((1, 1), (preview.Seats[0].HeldBefore, preview.Seats[0].HeldAfter));
        Assert.Equal("NOT_ACTIVATED", refused.Reason());
        Assert.True((await GetAsync(moving, imported)).AwaitsMachine);
    }

    private static async Task<Activation> GetAsync(MovingIn moving, string name) =>
        (await new ActivationService.ActivationServiceClient(moving.Shop.Host.Administrator).GetActivationAsync(
            new GetActivationRequest { Name = name })).Activation;

    private static string Claim(string file, string name)
    {
        using var claims = System.Text.Json.JsonDocument.Parse(
            System.Buffers.Text.Base64Url.DecodeFromChars(file.Split('.')[1]));
        return claims.RootElement.GetProperty(name).GetRawText();
    }
}
