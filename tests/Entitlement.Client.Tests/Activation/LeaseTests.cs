using Entitlement.Client.Activation;
using Entitlement.Client.Tests.Support;
using Entitlement.Client.Verification;
using Entitlement.Formats;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Client.Tests.Activation;

public sealed class LeaseTests : IAsyncLifetime, IDisposable
{
    private const string Slc = "ABCDE-FGHJK-MNPQR-STVWX";

    private readonly Vendor _vendor = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly PassingClock _clock = new();
    private ActivationHost _service = null!;

    public async Task InitializeAsync()
    {
        _service = await ActivationHost.StartAsync(_vendor);
        using var client = Client();
        await client.ActivateAsync(_service.Channel, Slc);
    }

    public async Task DisposeAsync() => await _service.DisposeAsync();

    public void Dispose()
    {
        _vendor.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Reports_what_is_installed_with_a_proof_for_exactly_that()
    {
        using var client = Client();
        var claims = client.Check().Claims!;

        await client.ReportStatusAsync(_service.Channel, ["render", "export"]);
        await client.ReportStatusAsync(_service.Channel);

        var (proof, report) = Read(_service.Says.Reports[0]);
        Assert.Equal((claims.Subject, claims.Issuer, 1L), (proof.Subject, proof.Audience, proof.Sequence));
        Assert.Equal(CallProofFile.HashOf(_service.Says.Reports[0].Report.Span), proof.BodyHash);
        Assert.Equal((claims.Generation, "2.1.0"), (report.Generation, report.ProductVersion));
        Assert.Equal(["export", "render"], report.FeaturesInUse);
        Assert.Equal(2, Read(_service.Says.Reports[1]).Proof.Sequence);

        // A report that is made in the background does not take back what the product has said.
        Assert.Equal(["export", "render"], Read(_service.Says.Reports[1]).Report.FeaturesInUse);
    }

    [Fact]
    public async Task Keeps_the_list_of_revoked_keys_that_comes_with_an_answer_and_tells_which_it_has()
    {
        using var stranger = new Vendor();
        using var client = Client();
        _service.Says.RevokedKeys = stranger.RevokedKeys(number: 9, _vendor.KeyId);
        await client.ReportStatusAsync(_service.Channel);
        _service.Says.RevokedKeys = _vendor.RevokedKeys(number: 4);
        await client.ReportStatusAsync(_service.Channel);
        _service.Says.RevokedKeys = _vendor.RevokedKeys(number: 5, _vendor.KeyId);
        await client.ReportStatusAsync(_service.Channel);

        Assert.Equal([0, 0, 4], _service.Says.Reports.Select(request => Read(request).Report.RevocationListNumber));
        Assert.Equal(VerificationReason.SigningKeyRevoked, client.Check().Reason);
    }

    [Fact]
    public async Task A_lease_is_held_for_its_length_from_when_it_was_asked_for_whatever_the_clocks_say()
    {
        using var client = Client();
        _service.Says.BeforeAnswer = () => _clock.Pass(TimeSpan.FromMinutes(5));

        await client.TakeLeaseAsync(_service.Channel, "render", 2);
        _clock.Pass(TimeSpan.FromMinutes(54));
        var atTheEnd = client.LeasedQuantityOf("render");
        _clock.Pass(TimeSpan.FromMinutes(1));

        Assert.Equal((2, 0), (atTheEnd, client.LeasedQuantityOf("render")));
        Assert.Equal(0, client.LeasedQuantityOf("unheard-of"));
    }

    [Fact]
    public async Task What_is_taken_is_renewed_with_each_report_until_it_is_returned()
    {
        using var client = Client();
        await client.TakeLeaseAsync(_service.Channel, "render", 2);
        await client.TakeLeaseAsync(_service.Channel, "animate");
        await client.ReportStatusAsync(_service.Channel);
        await client.ReturnLeaseAsync(_service.Channel, "render");

        Assert.Equal(
            ["render 2", "animate 1, render 2", "animate 1, render 2", "animate 1"],
            _service.Says.Reports.Select(request => string.Join(
                ", ", Read(request).Report.Leases.Select(wish => $"{wish.Feature} {wish.Quantity}"))));
        Assert.Equal((0, 1), (client.LeasedQuantityOf("render"), client.LeasedQuantityOf("animate")));
    }

    [Fact]
    public async Task What_is_refused_is_not_asked_for_again_with_what_is_held()
    {
        using var client = Client();
        await client.TakeLeaseAsync(_service.Channel, "render");
        _service.Says.Refuses = true;
        await Assert.ThrowsAsync<EntitlementRefusedException>(() => client.TakeLeaseAsync(_service.Channel, "animate"));
        _service.Says.Refuses = false;

        await client.ReportStatusAsync(_service.Channel);

        Assert.Equal("render", Assert.Single(Read(_service.Says.Reports[^1]).Report.Leases).Feature);
        Assert.Equal(1, client.LeasedQuantityOf("render"));
    }

    [Fact]
    public async Task Sends_the_same_bytes_until_they_are_answered()
    {
        using var client = Client();
        _service.Says.LosesTheAnswer = true;
        await Assert.ThrowsAsync<RpcException>(() => client.TakeLeaseAsync(_service.Channel, "render"));
        await Assert.ThrowsAsync<RpcException>(() => client.ReportStatusAsync(_service.Channel));
        _service.Says.LosesTheAnswer = false;

        await client.ReportStatusAsync(_service.Channel);

        Assert.Equal(3, _service.Says.Reports.Count);
        Assert.All(_service.Says.Reports, report => Assert.Equal(_service.Says.Reports[0], report));
        Assert.Equal(1, client.LeasedQuantityOf("render"));
        Assert.False(File.Exists(_directory.File(CallJournal.PendingFileName)));
    }

    [Fact]
    public async Task Sends_what_an_earlier_process_left_unanswered_and_then_its_own()
    {
        using (var client = Client())
        {
            _service.Says.LosesTheAnswer = true;
            await Assert.ThrowsAsync<RpcException>(() => client.TakeLeaseAsync(_service.Channel, "render"));
        }

        _service.Says.LosesTheAnswer = false;
        using var restarted = Client();
        await restarted.ReportStatusAsync(_service.Channel);

        var reports = _service.Says.Reports;
        Assert.Equal(reports[0], reports[1]);
        Assert.Equal((2L, 0), (Read(reports[2]).Proof.Sequence, Read(reports[2]).Report.Leases.Count));
        Assert.Equal(0, restarted.LeasedQuantityOf("render"));
    }

    [Fact]
    public async Task Goes_on_above_the_numbers_that_the_service_has_seen()
    {
        using var client = Client();
        _service.Says.LastSequence = 41;

        await client.TakeLeaseAsync(_service.Channel, "render");

        Assert.Equal([1L, 42L], _service.Says.Reports.Select(report => Read(report).Proof.Sequence));
        Assert.Equal(1, client.LeasedQuantityOf("render"));
        Assert.Equal("42\n", await File.ReadAllTextAsync(_directory.File(CallJournal.SequenceFileName)));
    }

    [Fact]
    public async Task A_call_on_the_disk_that_can_not_be_read_is_superseded()
    {
        await File.WriteAllBytesAsync(_directory.File(CallJournal.PendingFileName), [0xff]);
        using var client = Client();

        await client.ReportStatusAsync(_service.Channel);

        Assert.Single(_service.Says.Reports);
    }

    [Fact]
    public async Task Has_nothing_to_report_before_it_is_activated()
    {
        using var elsewhere = new TemporaryDirectory();
        using var client = Client(elsewhere);

        await Assert.ThrowsAsync<InvalidOperationException>(() => client.ReportStatusAsync(_service.Channel));
    }

    private static (CallProof Proof, StatusReport Report) Read(ReportStatusRequest request) =>
        (CallProofFile.Read(request.Proof.Span).Proof, StatusReport.Parser.ParseFrom(request.Report));

    private EntitlementClient Client(TemporaryDirectory? directory = null) => new(
        new ProductBuild("demo", "2.1.0", new DateOnly(2026, 11, 1), _vendor.Root.ExportCertificatePem()),
        (directory ?? _directory).Path, _clock);

    /// <summary>Its date stands still, as that of a machine whose clock is turned back; only time passes.</summary>
    private sealed class PassingClock : TimeProvider
    {
        private long _passed;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Samples.Now;

        public override long GetTimestamp() => _passed;

        public void Pass(TimeSpan time) => _passed += time.Ticks;
    }
}
