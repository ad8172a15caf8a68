using System.Security.Cryptography;
using Entitlement.Client.Activation;
using Entitlement.Client.Tests.Support;
using Entitlement.Client.Verification;
using Entitlement.Formats;
using Entitlement.Signing;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Client.Tests.Activation;

public sealed class EntitlementClientTests : IAsyncLifetime, IDisposable
{
    private const string Slc = "ABCDE-FGHJK-MNPQR-STVWX";

    private readonly Vendor _vendor = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly StillClock _clock = new();
    private ActivationHost _service = null!;

    public async Task InitializeAsync() => _service = await ActivationHost.StartAsync(_vendor);

    public async Task DisposeAsync() => await _service.DisposeAsync();

    public void Dispose()
    {
        _vendor.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Says_that_there_is_no_license_before_activation()
    {
        using var client = Client();

        Assert.Equal(VerificationReason.NoLicenseFile, client.Check().Reason);
    }

    [Fact]
    public async Task Activates_and_is_valid_from_then_on_without_the_service()
    {
        using (var client = Client())
        {
            Assert.Equal(VerificationReason.Valid, (await client.ActivateAsync(_service.Channel, Slc)).Reason);
        }

        using var later = Client();
        Assert.Equal(VerificationReason.Valid, later.Check().Reason);
        Assert.Equal(2, later.Check().QuantityOf("camera"));
        Assert.False(File.Exists(_directory.File(EntitlementClient.RequestFileName)));
    }

    [Fact]
    public async Task Sends_the_same_bytes_until_it_is_answered_also_after_a_restart()
    {
        _service.Says.LosesTheAnswer = true;
        using (var client = Client())
        {
            await Assert.ThrowsAsync<RpcException>(() => client.ActivateAsync(_service.Channel, Slc));
        }

        _service.Says.LosesTheAnswer = false;
        _clock.Now = _clock.Now.AddHours(1);
        using var restarted = Client();
        await restarted.ActivateAsync(_service.Channel, Slc);

        Assert.Equal(2, _service.Says.Received.Count);
        Assert.Equal(_service.Says.Received[0], _service.Says.Received[1]);
    }

    [Fact]
    public async Task Makes_another_request_for_another_code()
    {
        _service.Says.LosesTheAnswer = true;
        using var client = Client();
        await Assert.ThrowsAsync<RpcException>(() => client.ActivateAsync(_service.Channel, Slc));
        await Assert.ThrowsAsync<RpcException>(() => client.ActivateAsync(_service.Channel, "OTHER-CODE"));

        var requests = _service.Says.Received.Select(file => LicenseRequestFile.Read(file).Request).ToArray();
        Assert.Equal([Slc, "OTHER-CODE"], requests.Select(request => request.Slc));
        Assert.NotEqual(requests[0].Jti, requests[1].Jti);
    }

    [Fact]
    public void Sends_no_request_of_a_key_that_it_does_not_have()
    {
        byte[] ofTheOldKey;
        using (var client = Client())
        {
            ofTheOldKey = client.CreateRequest(Slc);
        }

        File.Delete(_directory.File(InstanceKey.FileName));
        using var restored = Client();
        var request = restored.CreateRequest(Slc);

        Assert.NotEqual(LicenseRequestFile.Read(ofTheOldKey).InstanceKey, LicenseRequestFile.Read(request).InstanceKey);
    }

    [Fact]
    public async Task Has_the_request_on_the_disk_before_it_sends_it()
    {
        _service.Says.LosesTheAnswer = true;
        using var client = Client();
        await Assert.ThrowsAsync<RpcException>(() => client.ActivateAsync(_service.Channel, Slc));

        Assert.Equal(_service.Says.Received[0], Stored(EntitlementClient.RequestFileName));
    }

    [Fact]
    public async Task Tells_that_somebody_must_approve_and_asks_by_the_same_request_later()
    {
        (_service.Says.Refuses, _service.Says.RefusalReason) = (true, "AWAITING_APPROVAL");
        _service.Says.RetryDelay = TimeSpan.FromMinutes(5);
        using (var client = Client())
        {
            var waiting = await Assert.ThrowsAsync<EntitlementRefusedException>(() =>
                client.ActivateAsync(_service.Channel, Slc));

            Assert.True(waiting.IsAwaitingApproval);
            Assert.Equal(TimeSpan.FromMinutes(5), waiting.RetryAfter);
        }

        _service.Says.Refuses = false;
        using var later = Client();
        var installed = await later.ActivateAsync(_service.Channel, Slc);

        Assert.True(installed.IsValid);
        Assert.Equal(_service.Says.Received[0], _service.Says.Received[1]);
    }

    [Fact]
    public async Task Hands_on_the_services_refusal_with_reason_and_numbers()
    {
        _service.Says.Refuses = true;
        using var client = Client();

        var refusal = await Assert.ThrowsAsync<EntitlementRefusedException>(() =>
            client.ActivateAsync(_service.Channel, Slc));

        Assert.Equal((ErrorReason.SeatsExhausted, "SEATS_EXHAUSTED", StatusCode.FailedPrecondition),
            (refusal.Reason, refusal.ReasonName, refusal.StatusCode));
        Assert.Equal("5", refusal.Metadata["machines.limit"]);
        Assert.Equal((false, null), (refusal.IsAwaitingApproval, refusal.RetryAfter));
        Assert.Equal(VerificationReason.NoLicenseFile, client.Check().Reason);
    }

    [Fact]
    public async Task Names_the_installed_generation_in_the_next_request()
    {
        using var client = Client();
        await client.ActivateAsync(_service.Channel, Slc);
        await client.ActivateAsync(_service.Channel, Slc);

        Assert.Equal([0, 1], _service.Says.Received.Select(file => LicenseRequestFile.Read(file).Request.Generation));
    }

    [Fact]
    public async Task Notices_an_older_license_file_put_back()
    {
        using var client = Client();
        await client.ActivateAsync(_service.Channel, Slc);
        var older = Stored(EntitlementClient.LicenseFileName);
        await client.ActivateAsync(_service.Channel, Slc);

        await File.WriteAllBytesAsync(_directory.File(EntitlementClient.LicenseFileName), older);

        Assert.Equal(VerificationReason.GenerationWentBack, client.Check().Reason);
    }

    [Fact]
    public async Task Keeps_the_license_it_has_when_what_comes_is_not_for_it()
    {
        using var client = Client();
        await client.ActivateAsync(_service.Channel, Slc);
        var before = Stored(EntitlementClient.LicenseFileName);

        _service.Says.Terms = claims => claims with { Product = "other" };
        var result = await client.ActivateAsync(_service.Channel, Slc);

        Assert.Equal(VerificationReason.WrongProduct, result.Reason);
        Assert.Equal(before, Stored(EntitlementClient.LicenseFileName));
        Assert.Equal(VerificationReason.Valid, client.Check().Reason);
    }

    [Fact]
    public void Makes_a_request_for_the_way_by_hand_and_installs_the_answer()
    {
        using var client = Client();
        var request = LicenseRequestFile.Read(
            client.CreateRequest(Slc, [new RequestedDevice("cam-1", "camera")], "https://licenses.example"));
        var license = _vendor.Issue(_vendor.Claims with
        {
            KeyThumbprint = request.InstanceKey.Thumbprint,
            Machine = new LicensedMachine(request.Request.Machine.Components, 1),
        });

        Assert.Equal(VerificationReason.Valid, client.Install(license).Reason);
        Assert.Equal("cam-1", Assert.Single(request.Request.Devices).Id);
    }

    [Fact]
    public async Task Believes_no_license_of_a_key_that_was_revoked_and_keeps_the_newest_list()
    {
        using var client = Client();
        await client.ActivateAsync(_service.Channel, Slc);

        Assert.True(client.InstallRevokedKeys(_vendor.RevokedKeys(number: 2, _vendor.KeyId)));
        Assert.False(client.InstallRevokedKeys(_vendor.RevokedKeys(number: 1)));

        Assert.Equal(VerificationReason.SigningKeyRevoked, client.Check().Reason);
        using var restarted = Client();
        Assert.Equal(VerificationReason.SigningKeyRevoked, restarted.Check().Reason);
    }

    [Fact]
    public async Task Gets_the_list_from_the_service_and_never_goes_back_to_an_older_one()
    {
        using var client = Client();
        Assert.False(await client.UpdateRevokedKeysAsync(_service.Channel));

        _service.Says.RevokedKeys = _vendor.RevokedKeys(number: 2, _vendor.KeyId);
        Assert.True(await client.UpdateRevokedKeysAsync(_service.Channel));
        Assert.False(await client.UpdateRevokedKeysAsync(_service.Channel));
        _service.Says.RevokedKeys = _vendor.RevokedKeys(number: 1);
        Assert.False(await client.UpdateRevokedKeysAsync(_service.Channel));

        Assert.Equal(_vendor.RevokedKeys(number: 2, _vendor.KeyId).Length, Stored(EntitlementClient.RevokedKeysFileName).Length);
        Assert.Equal(VerificationReason.SigningKeyRevoked, client.Install(_vendor.Issue()).Reason);
    }

    [Fact]
    public async Task Asks_anew_after_it_was_answered_by_a_file_of_a_revoked_key()
    {
        using var client = Client();
        client.InstallRevokedKeys(_vendor.RevokedKeys(number: 1, _vendor.KeyId));

        var first = await client.ActivateAsync(_service.Channel, Slc);
        await client.ActivateAsync(_service.Channel, Slc);

        Assert.Equal(VerificationReason.SigningKeyRevoked, first.Reason);
        Assert.Equal(2, _service.Says.Received.Select(file => LicenseRequestFile.Read(file).Request.Jti).Distinct().Count());
    }

    [Fact]
    public async Task Believes_no_license_that_was_revoked_and_never_goes_back_to_an_older_list()
    {
        using var client = Client();
        var claims = (await client.ActivateAsync(_service.Channel, Slc)).Claims!;

        Assert.True(client.InstallRevokedFiles(_vendor.RevokedFiles(2, (claims.Subject, claims.Generation))));
        Assert.False(client.InstallRevokedFiles(_vendor.RevokedFiles(1)));
        Assert.False(await UpdateAsync(client, _vendor.RevokedFiles(2)));

        Assert.Equal(VerificationReason.FileRevoked, client.Check().Reason);
        using var restarted = Client();
        Assert.Equal(VerificationReason.FileRevoked, restarted.Check().Reason);
        Assert.True(await UpdateAsync(restarted, _vendor.RevokedFiles(3)));
        Assert.Equal(VerificationReason.Valid, restarted.Check().Reason);
    }

    [Fact]
    public async Task Forgets_the_list_of_a_key_that_was_revoked_whatever_number_it_had()
    {
        using var client = Client();
        await client.ActivateAsync(_service.Channel, Slc);
        client.InstallRevokedFiles(_vendor.RevokedFiles(long.MaxValue));
        client.InstallRevokedKeys(_vendor.RevokedKeys(number: 1, _vendor.KeyId));
        using var next = Samples.NewKey();
        using var certificate = CertificateIssuer.CreateSigning(
            next, _vendor.Root, _vendor.RootKey, Samples.Now.AddDays(-1));

        var list = RevokedActivationList.Write(
            2, Samples.Now, Samples.Now.AddDays(1), [], Jwk.FromKey(next).Thumbprint, certificate.RawDataMemory.Span,
            input => next.SignData(input, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

        Assert.True(client.InstallRevokedFiles(list));
    }

    private async Task<bool> UpdateAsync(EntitlementClient client, byte[] list)
    {
        _service.Says.RevokedFiles = list;
        return await client.UpdateRevokedFilesAsync(_service.Channel);
    }

    private byte[] Stored(string name) => File.ReadAllBytes(_directory.File(name));

    private EntitlementClient Client() => new(
        new ProductBuild("demo", "2.1.0", new DateOnly(2026, 11, 1), _vendor.Root.ExportCertificatePem()),
        _directory.Path, _clock);

    private sealed class StillClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = Samples.Now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
