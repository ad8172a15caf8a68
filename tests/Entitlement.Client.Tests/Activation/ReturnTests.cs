using Entitlement.Client.Tests.Support;
using Entitlement.Client.Verification;
using Entitlement.Formats;
using Grpc.Core;

namespace Entitlement.Client.Tests.Activation;

public sealed class ReturnTests : IAsyncLifetime, IDisposable
{
    private const string Slc = "ABCDE-FGHJK-MNPQR-STVWX";

    private readonly Vendor _vendor = new();
    private readonly TemporaryDirectory _directory = new();
    private ActivationHost _service = null!;

    public async Task InitializeAsync() => _service = await ActivationHost.StartAsync(_vendor);

    public async Task DisposeAsync() => await _service.DisposeAsync();

    public void Dispose()
    {
        _vendor.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Gives_back_what_is_installed_and_has_no_license_from_then_on()
    {
        using var client = Client();
        var claims = (await client.ActivateAsync(_service.Channel, Slc)).Claims!;

        await client.DeactivateAsync(_service.Channel);

        var receipt = ReturnReceiptFile.Read(Assert.Single(_service.Says.Returned)).Receipt;
        Assert.Equal((claims.Subject, claims.Generation), (receipt.Subject, receipt.Generation));
        Assert.Equal(VerificationReason.NoLicenseFile, client.Check().Reason);
        Assert.False(File.Exists(_directory.File(EntitlementClient.ReceiptFileName)));
    }

    [Fact]
    public async Task Sends_the_same_receipt_until_it_is_answered_also_after_a_restart()
    {
        using (var client = Client())
        {
            await client.ActivateAsync(_service.Channel, Slc);
            _service.Says.LosesTheAnswer = true;
            await Assert.ThrowsAsync<RpcException>(() => client.DeactivateAsync(_service.Channel));
            Assert.Equal(VerificationReason.NoLicenseFile, client.Check().Reason);
        }

        _service.Says.LosesTheAnswer = false;
        using var restarted = Client();
        await restarted.DeactivateAsync(_service.Channel);

        Assert.Equal(2, _service.Says.Returned.Count);
        Assert.Equal(_service.Says.Returned[0], _service.Says.Returned[1]);
    }

    [Fact]
    public async Task A_process_that_died_before_the_license_was_gone_goes_on_where_it_was()
    {
        using var client = Client();
        await client.ActivateAsync(_service.Channel, Slc);
        var license = await File.ReadAllBytesAsync(_directory.File(EntitlementClient.LicenseFileName));
        var receipt = client.CreateReturnReceipt();
        await File.WriteAllBytesAsync(_directory.File(EntitlementClient.LicenseFileName), license);

        Assert.Equal(receipt, client.CreateReturnReceipt());
        Assert.Equal(VerificationReason.NoLicenseFile, client.Check().Reason);
    }

    [Fact]
    public async Task Keeps_no_receipt_for_what_was_before_a_new_activation()
    {
        using var client = Client();
        await client.ActivateAsync(_service.Channel, Slc);
        var old = client.CreateReturnReceipt();
        _service.Says.Terms = claims => claims with { Generation = 2 };
        await client.ActivateAsync(_service.Channel, Slc);

        Assert.NotEqual(old, client.CreateReturnReceipt());
    }

    [Fact]
    public void Has_nothing_to_give_back_before_it_is_activated()
    {
        using var client = Client();

        Assert.Throws<InvalidOperationException>(() => client.CreateReturnReceipt());
        Assert.Throws<InvalidOperationException>(() => client.CreateRefreshRequest());
    }

    [Fact]
    public async Task Refreshes_for_the_code_the_service_and_the_devices_of_the_license_file()
    {
        using var client = Client();
        var claims = (await client.ActivateAsync(_service.Channel, Slc)).Claims!;

        var result = await client.RefreshAsync(_service.Channel);

        var request = LicenseRequestFile.Read(_service.Says.Received[1]).Request;
        Assert.Equal(LicenseRequestOperation.Refresh, request.Operation);
        Assert.Equal((claims.Slc, claims.Issuer, claims.Generation), (request.Slc, request.Audience, request.Generation));
        Assert.Equal(["cam-1", "cam-2"], request.Devices.Select(device => device.Id));
        Assert.Equal(claims.Generation + 1, result.Claims!.Generation);
    }

    private EntitlementClient Client() => new(
        new ProductBuild("demo", "2.1.0", new DateOnly(2026, 11, 1), _vendor.Root.ExportCertificatePem()),
        _directory.Path, new NoonClock());

    private sealed class NoonClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Samples.Now;
    }
}
