using Entitlement.Client.Renewal;
using Entitlement.Client.Tests.Activation;
using Entitlement.Client.Tests.Support;
using Entitlement.Testing;

namespace Entitlement.Client.Tests.Renewal;

/// <summary>A product that was activated a moment ago, its service, and a clock for both.</summary>
internal sealed class InstalledLicense : IAsyncDisposable
{
    public const string Slc = "ABCDE-FGHJK-MNPQR-STVWX";

    private readonly TemporaryDirectory _directory = new();

    private InstalledLicense(Vendor vendor, ActivationHost service)
    {
        (Vendor, Service) = (vendor, service);
        Client = Open();
    }

    public ManualClock Clock { get; } = new(Samples.Now);

    public Vendor Vendor { get; }

    public ActivationHost Service { get; }

    public EntitlementClient Client { get; private set; }

    /// <summary>Every call that was made in the background, in order.</summary>
    public List<RenewalAttempt> Attempts { get; } = [];

    public int Generation => Client.Check().Claims!.Generation;

    public static async Task<InstalledLicense> ActivateAsync()
    {
        var vendor = new Vendor();
        var installed = new InstalledLicense(vendor, await ActivationHost.StartAsync(vendor));
        installed.Service.Says.Clock = installed.Clock;
        await installed.Client.ActivateAsync(installed.Service.Channel, Slc);
        return installed;
    }

    /// <param name="reportInterval">Null for no reports but for leases.</param>
    /// <param name="jitter">Every random number.</param>
    public RenewalPass NewPass(TimeSpan? reportInterval = null, double jitter = 0) => new(
        Client,
        Service.Channel,
        new LicenseRenewalOptions { ReportInterval = reportInterval, Observer = Attempts.Add },
        Clock,
        () => jitter);

    public string PathOf(string name) => _directory.File(name);

    /// <summary>As the product does when it is started again.</summary>
    public void Restart()
    {
        Client.Dispose();
        Client = Open();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Service.DisposeAsync();
        Vendor.Dispose();
        _directory.Dispose();
    }

    private EntitlementClient Open() => new(
        new ProductBuild("demo", "2.1.0", new DateOnly(2026, 11, 1), Vendor.Root.ExportCertificatePem()),
        _directory.Path,
        Clock);
}
