using System.Security.Cryptography.X509Certificates;
using Entitlement.Client.Audit;
using Entitlement.Formats.Audit;
using Entitlement.Server.Audit;
using Entitlement.Signing;
using Entitlement.Storage;
using Entitlement.Storage.Writing;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using AuditService = Entitlement.V1.AuditService;
using License = Entitlement.V1.License;

namespace Entitlement.Server.Tests.Audit;

/// <summary>A server whose clock stands, so that its trail is sealed when a test says so.</summary>
internal sealed class Trail : IAsyncDisposable
{
    private readonly ActivationService.ActivationServiceClient _activations;
    private readonly LicenseService.LicenseServiceClient _licenses;

    private Trail(EntitlementHost host, ManualClock clock)
    {
        (Host, Clock) = (host, clock);
        _activations = new(host.Administrator);
        _licenses = new(host.Administrator);
        Service = new(host.Administrator);
        Records = new(Engine, "AuditRecords", "AccountId", "Id");
        Blocks = new(Engine, "AuditBlocks", "Number");
    }

    public EntitlementHost Host { get; }

    public ManualClock Clock { get; }

    public AuditService.AuditServiceClient Service { get; }

    public RawTable Records { get; }

    public RawTable Blocks { get; }

    public AuditKey Key => Host.Services.GetRequiredService<AuditKeys>().Current!;

    public StorageEngine Engine => Host.Services.GetRequiredService<StorageEngine>();

    public Writer Writer => Host.Services.GetRequiredService<Writer>();

    private AuditSealer Sealer => Host.Services.GetServices<IHostedService>().OfType<AuditSealer>().Single();

    public static async Task<Trail> BeginAsync(DatabaseKind database)
    {
        var clock = new ManualClock(TimeProvider.System.GetUtcNow());
        return new Trail(await EntitlementHost.StartAsync(new HostSettings { Database = database, Clock = clock }), clock);
    }

    /// <summary>A trail of four blocks with records of every kind that there is.</summary>
    public static async Task<Trail> OfFourBlocksAsync(DatabaseKind database)
    {
        var trail = await BeginAsync(database);
        var license = await trail.Host.CreateLicenseAsync(license => license.MachineLimit = 3);
        await trail.SealAsync();

        using var product = new InstalledProduct();
        var first = await trail.ActivateAsync(license, product);
        await trail.ActivateAsync(license, product);
        await trail.SealAsync();

        await trail._activations.ReleaseActivationAsync(new ReleaseActivationRequest { Name = first.Activation.Name, Reason = "The disk is dead." });
        await trail.ActivateAsync(license, product);
        await trail.SealAsync();

        using var other = new InstalledProduct();
        var second = await trail.ActivateAsync(license, other);
        await trail._activations.DeactivateAsync(
            new DeactivateRequest { ReturnReceipt = other.Return(second.Activation.Name) });
        await trail._licenses.SuspendLicenseAsync(new SuspendLicenseRequest { Name = license.Name, Reason = "Überfällig" });
        await trail._licenses.ReinstateLicenseAsync(new ReinstateLicenseRequest { Name = license.Name, Reason = "Paid." });
        await trail.SealAsync();
        return trail;
    }

    public Task<ActivateResponse> ActivateAsync(License license, InstalledProduct product, int generation = 0) =>
        ActivateAsync(product.Sign(product.Ask(license.Slc) with { Generation = generation }));

    public Task SealAsync() => SealAsync(Key);

    public Task SealAsync(AuditKey key) => Sealer.SealAsync(key, CancellationToken.None);

    /// <summary>A sealer as another replica has one.</summary>
    public AuditSealer NewSealer() => ActivatorUtilities.CreateInstance<AuditSealer>(Host.Services);

    public Task<AuditReport> VerifyAsync(byte[]? saved = null) =>
        new AuditVerification(Service, [Root("root.pem")])
            .RunAsync(saved is null ? null : AuditHeadFile.Read(saved), progress: null, CancellationToken.None);

    public async Task<byte[]> SaveHeadAsync() =>
        (await Service.GetAuditHeadAsync(new GetAuditHeadRequest())).Head.Content.ToByteArray();

    /// <summary>Writes records as a transaction does that ends at some time.</summary>
    public Task WriteAsync(params IEnumerable<Domain.Audit.AuditRecord> records) => Writer.RunAsync(
        (db, _) =>
        {
            db.AddRange(records);
            return Task.FromResult(true);
        },
        CancellationToken.None);

    public async Task<T> ReadAsync<T>(Func<EntitlementDbContext, Task<T>> read)
    {
        await using var db = await Host.Services.GetRequiredService<IDbContextFactory<EntitlementDbContext>>().CreateDbContextAsync();
        return await read(db);
    }

    public X509Certificate2 Root(string file) =>
        X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Host.DataDirectory, "keys", file));

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    private async Task<ActivateResponse> ActivateAsync(ByteString file) =>
        await _activations.ActivateAsync(new ActivateRequest { LicenseRequest = file });
}
