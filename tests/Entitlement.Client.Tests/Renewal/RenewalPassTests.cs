using Entitlement.Client.Activation;
using Entitlement.Client.Renewal;
using Entitlement.Client.Tests.Support;
using Entitlement.Client.Verification;
using Entitlement.Formats;
using Entitlement.Signing;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Client.Tests.Renewal;

public sealed class RenewalPassTests : IAsyncLifetime
{
    private InstalledLicense _installed = null!;

    public async Task InitializeAsync() => _installed = await InstalledLicense.ActivateAsync();

    public async Task DisposeAsync() => await _installed.DisposeAsync();

    [Fact]
    public async Task Asks_for_nothing_until_the_file_is_due_and_then_gets_the_next_one()
    {
        var pass = _installed.NewPass();
        var first = await LookAsync(pass);
        var until = _installed.Client.RenewalTime!.Value - _installed.Clock.GetUtcNow();
        _installed.Clock.Advance(until - TimeSpan.FromSeconds(2));
        var almost = await LookAsync(pass);
        var before = _installed.Attempts.Count;
        _installed.Clock.Advance(almost);
        await LookAsync(pass);

        Assert.Equal((RenewalPass.LookInterval, TimeSpan.FromSeconds(2), 0), (first, almost, before));
        var attempt = Assert.Single(_installed.Attempts);
        Assert.Equal((VerificationReason.Valid, 2), (attempt.License?.Reason, attempt.License?.Claims?.Generation));
        Assert.Equal(2, _installed.Generation);
        Assert.True(_installed.Client.RenewalTime > _installed.Clock.GetUtcNow().AddDays(14));
    }

    [Fact]
    public async Task Goes_on_quietly_while_the_service_is_away_and_sends_the_same_request_ever_less_often()
    {
        _installed.Service.Says.LosesTheAnswer = true;
        var pass = _installed.NewPass(jitter: 0.5);
        _installed.Clock.Advance(TimeSpan.FromDays(23));

        var waits = new List<double>();
        for (var look = 0; look < 6; look++)
        {
            var wait = await LookAsync(pass);
            waits.Add(wait.TotalMinutes);
            _installed.Clock.Advance(wait);
        }

        // What fell due while the product was off waits for its share of a minute first.
        Assert.Equal([0.5, 0.5, 1, 2, 4, 5], waits);
        Assert.Equal(5, _installed.Attempts.Count);
        Assert.All(_installed.Attempts, attempt => Assert.IsType<RpcException>(attempt.Failure));
        Assert.Single(_installed.Service.Says.Received[1..].Select(Convert.ToHexString).Distinct());
        Assert.True(_installed.Client.Check().IsValid);
    }

    [Fact]
    public async Task Is_valid_to_the_end_of_its_file_and_again_as_soon_as_the_service_is_back()
    {
        _installed.Service.Says.LosesTheAnswer = true;
        var pass = _installed.NewPass();
        _installed.Clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromSeconds(1));
        await LookAsync(pass);
        var toTheEnd = _installed.Client.Check().Reason;
        _installed.Clock.Advance(TimeSpan.FromSeconds(1));
        await LookAsync(pass);
        var after = _installed.Client.Check().Reason;

        _installed.Service.Says.LosesTheAnswer = false;
        await LookAsync(pass);

        Assert.Equal((VerificationReason.Valid, VerificationReason.FileExpired), (toTheEnd, after));
        Assert.Equal(VerificationReason.Valid, _installed.Client.Check().Reason);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.999)]
    public async Task Is_never_without_a_license_though_the_service_goes_away_for_a_week_when_its_file_falls_due(
        double jitter)
    {
        var pass = _installed.NewPass(jitter: jitter);
        _installed.Service.Says.LosesTheAnswer = true;
        _installed.Clock.Advance(_installed.Client.RenewalTime!.Value - _installed.Clock.GetUtcNow());
        await UseAsync(pass, TimeSpan.FromDays(7), TimeSpan.FromHours(3));
        _installed.Service.Says.LosesTheAnswer = false;

        // At least eleven hours are left, when it has fallen due as late as it can.
        var end = RenewalSchedule.EndOf(_installed.Client.Check().Claims!)!.Value;
        await UseAsync(pass, end - _installed.Clock.GetUtcNow() - TimeSpan.FromHours(1), TimeSpan.FromMinutes(20));

        Assert.Equal(2, _installed.Generation);
    }

    [Fact]
    public async Task Waits_as_long_as_the_service_asks_for()
    {
        (_installed.Service.Says.Refuses, _installed.Service.Says.RetryDelay) = (true, TimeSpan.FromMinutes(3));
        var pass = _installed.NewPass();
        _installed.Clock.Advance(TimeSpan.FromDays(23));

        var wait = await LookAsync(pass);
        _installed.Clock.Advance(wait - TimeSpan.FromSeconds(1));
        await LookAsync(pass);
        var early = _installed.Attempts.Count;
        _installed.Clock.Advance(TimeSpan.FromSeconds(1));
        await LookAsync(pass);

        Assert.Equal((TimeSpan.FromMinutes(3), 1, 2), (wait, early, _installed.Attempts.Count));
    }

    [Fact]
    public async Task Asks_about_a_decision_of_the_service_again_within_a_day()
    {
        _installed.Service.Says.Refuses = true;
        var pass = _installed.NewPass(jitter: 0.5);
        _installed.Clock.Advance(TimeSpan.FromDays(23));
        await LookAsync(pass);
        _installed.Clock.Advance(TimeSpan.FromSeconds(30));
        await LookAsync(pass);
        _installed.Clock.Advance(TimeSpan.FromHours(18) - TimeSpan.FromSeconds(1));
        await LookAsync(pass);
        var early = _installed.Attempts.Count;
        _installed.Clock.Advance(TimeSpan.FromSeconds(1));
        await LookAsync(pass);

        Assert.Equal((1, 2), (early, _installed.Attempts.Count));
        var refusal = Assert.IsType<EntitlementRefusedException>(_installed.Attempts[0].Failure);
        Assert.Equal(ErrorReason.SeatsExhausted, refusal.Reason);
    }

    [Fact]
    public async Task Finds_back_by_itself_after_its_signing_key_was_revoked()
    {
        using var next = Samples.NewKey();
        using var certificate = CertificateIssuer.CreateSigning(
            next, _installed.Vendor.Root, _installed.Vendor.RootKey, Samples.Now.AddDays(-1));
        _installed.Client.InstallRevokedKeys(_installed.Vendor.RevokedKeys(1, _installed.Vendor.KeyId));
        var revoked = _installed.Client.Check().Reason;
        var pass = _installed.NewPass();

        await LookAsync(pass);
        var stillRevoked = _installed.Client.Check().Reason;
        _installed.Service.Says.Issue = claims => Vendor.Issue(claims, next, certificate);
        _installed.Clock.Advance(TimeSpan.FromMinutes(1));
        await LookAsync(pass);

        Assert.Equal(
            (VerificationReason.SigningKeyRevoked, VerificationReason.SigningKeyRevoked), (revoked, stillRevoked));
        Assert.IsType<InvalidDataException>(_installed.Attempts[0].Failure);
        Assert.Equal(VerificationReason.Valid, _installed.Client.Check().Reason);
        Assert.Equal(
            [0, 1, 1],
            _installed.Service.Says.Received.Select(file => LicenseRequestFile.Read(file).Request.Generation));
    }

    [Fact]
    public async Task Renews_a_lease_between_half_and_three_quarters_of_its_time()
    {
        await _installed.Client.TakeLeaseAsync(_installed.Service.Channel, "render", 2);
        var pass = _installed.NewPass(jitter: 0.5);

        // Lent for an hour: due after 37.5 minutes.
        _installed.Clock.Advance(TimeSpan.FromMinutes(37));
        var wait = await LookAsync(pass);
        var early = _installed.Attempts.Count;
        _installed.Clock.Advance(wait);
        await LookAsync(pass);
        _installed.Clock.Advance(TimeSpan.FromMinutes(59));

        Assert.Equal((TimeSpan.FromSeconds(30), 0), (wait, early));
        Assert.NotNull(Assert.Single(_installed.Attempts).Report);
        Assert.Equal(2, _installed.Client.LeasedQuantityOf("render"));
    }

    [Fact]
    public async Task Asks_again_for_a_lease_whose_answer_was_lost()
    {
        _installed.Service.Says.LosesTheAnswer = true;
        await Assert.ThrowsAsync<RpcException>(() =>
            _installed.Client.TakeLeaseAsync(_installed.Service.Channel, "render"));
        _installed.Service.Says.LosesTheAnswer = false;

        await LookAsync(_installed.NewPass());

        Assert.Equal(1, _installed.Client.LeasedQuantityOf("render"));
    }

    [Fact]
    public async Task Reports_once_a_day_and_fetches_the_newer_file_that_it_is_told_of()
    {
        var pass = _installed.NewPass(TimeSpan.FromDays(1));
        await LookAsync(pass);
        _installed.Clock.Advance(TimeSpan.FromHours(18) - TimeSpan.FromSeconds(1));
        await LookAsync(pass);
        var onTheFirst = _installed.Attempts.Count;
        _installed.Service.Says.NewerFileExists = true;
        _installed.Clock.Advance(TimeSpan.FromSeconds(1));
        var next = await LookAsync(pass);
        await LookAsync(pass);

        Assert.Equal((1, TimeSpan.Zero), (onTheFirst, next));
        Assert.Equal(2, _installed.Service.Says.Reports.Count);
        Assert.Equal(2, _installed.Generation);
    }

    [Fact]
    public async Task Does_nothing_where_nothing_is_installed()
    {
        await _installed.Client.DeactivateAsync(_installed.Service.Channel);
        var pass = _installed.NewPass(TimeSpan.FromDays(1));
        _installed.Clock.Advance(TimeSpan.FromDays(40));

        Assert.Equal(RenewalPass.LookInterval, await LookAsync(pass));
        Assert.Empty(_installed.Attempts);
    }

    [Fact]
    public async Task A_disk_that_refuses_the_request_is_a_failure_like_any_other()
    {
        Directory.CreateDirectory(_installed.PathOf(EntitlementClient.RequestFileName));
        var pass = _installed.NewPass();
        _installed.Clock.Advance(TimeSpan.FromDays(23));

        await LookAsync(pass);

        Assert.True(Assert.Single(_installed.Attempts).Failure is IOException or UnauthorizedAccessException);
        Assert.Single(_installed.Service.Says.Received);
        Assert.True(_installed.Client.Check().IsValid);
    }

    /// <summary>The product runs, and finds its license good all the time.</summary>
    private async Task UseAsync(RenewalPass pass, TimeSpan time, TimeSpan step)
    {
        for (var left = time; left > TimeSpan.Zero; left -= step)
        {
            await LookAsync(pass);
            Assert.True(_installed.Client.Check().IsValid);
            _installed.Clock.Advance(step);
        }
    }

    private static Task<TimeSpan> LookAsync(RenewalPass pass) => pass.RunAsync(CancellationToken.None);
}
