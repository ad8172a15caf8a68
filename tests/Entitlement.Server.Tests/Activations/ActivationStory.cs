using System.Security.Cryptography.X509Certificates;
using Entitlement.Client.Verification;
using Entitlement.Formats;
using Entitlement.Storage;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using AuditRecord = Entitlement.Domain.Audit.AuditRecord;

namespace Entitlement.Server.Tests.Activations;

/// <summary>A server with one license, and what its tests do again and again.</summary>
internal sealed class ActivationStory : IAsyncDisposable
{
    private ActivationStory(EntitlementHost host, License license)
    {
        Host = host;
        License = license;
    }

    public EntitlementHost Host { get; }

    public License License { get; }

    public static async Task<ActivationStory> BeginAsync(
        DatabaseKind database, Action<License>? change = null, TimeProvider? clock = null, Dictionary<string, string?>? options = null)
    {
        var host = await EntitlementHost.StartAsync(new HostSettings { Database = database, Clock = clock, Options = options ?? [] });
        return new ActivationStory(host, await host.CreateLicenseAsync(change));
    }

    public Task<ActivateResponse> ActivateAsync(ByteString file, bool asAdministrator = false) =>
        new ActivationService.ActivationServiceClient(asAdministrator ? Host.Administrator : Host.Anonymous)
            .ActivateAsync(new ActivateRequest { LicenseRequest = file }).ResponseAsync;

    public Task<RefreshLicenseResponse> RefreshAsync(ByteString file) =>
        new ActivationService.ActivationServiceClient(Host.Anonymous)
            .RefreshLicenseAsync(new RefreshLicenseRequest { LicenseRequest = file }).ResponseAsync;

    public Task<DeactivateResponse> ReturnAsync(ByteString receipt) =>
        new ActivationService.ActivationServiceClient(Host.Anonymous)
            .DeactivateAsync(new DeactivateRequest { ReturnReceipt = receipt }).ResponseAsync;

    public Task<ReportStatusResponse> ReportAsync(ReportStatusRequest report) =>
        new ActivationService.ActivationServiceClient(Host.Anonymous).ReportStatusAsync(report).ResponseAsync;

    public async Task<Activation> ReadAsync(string activation) =>
        (await new ActivationService.ActivationServiceClient(Host.Administrator).GetActivationAsync(
            new GetActivationRequest { Name = activation })).Activation;

    public Task<ReleaseActivationResponse> ReleaseAsync(string activation, string requestId = "") =>
        new ActivationService.ActivationServiceClient(Host.Administrator).ReleaseActivationAsync(
            new ReleaseActivationRequest { Name = activation, Reason = "The disk is dead.", RequestId = requestId }).ResponseAsync;

    public Task<PreviewLicenseRequestResponse> PreviewAsync(ByteString file, bool asAdministrator = false) =>
        new ActivationService.ActivationServiceClient(asAdministrator ? Host.Administrator : Host.Anonymous)
            .PreviewLicenseRequestAsync(new PreviewLicenseRequestRequest { LicenseRequest = file }).ResponseAsync;

    public Task<RpcException> RefusedAsync(ByteString file, bool asAdministrator = false) =>
        Assert.ThrowsAsync<RpcException>(() => ActivateAsync(file, asAdministrator));

    /// <summary>What the rows that an activation may touch hold, to compare before and after.</summary>
    public async Task<string> SnapshotAsync()
    {
        await using var scope = Host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<EntitlementDbContext>();
        var held = await db.Licenses.SumAsync(license => license.MachinesHeld);
        var featuresHeld = await db.FeatureLines.SumAsync(line => line.Held);
        int[] rows =
        [
            await db.Activations.CountAsync(), await db.ActivationDevices.CountAsync(), await db.IssuedFiles.CountAsync(),
            await db.AnsweredRequests.CountAsync(), await db.AuditRecords.CountAsync(),
            await db.Leases.CountAsync(), await db.ProductContacts.CountAsync(),
            await db.Trials.CountAsync(), await db.TrialMarks.CountAsync(),
        ];
        return $"{held} machines, {featuresHeld} features, rows {string.Join(' ', rows)}";
    }

    /// <summary>What was recorded under actions that begin so, oldest first.</summary>
    public async Task<List<AuditRecord>> RecordsAsync(string action)
    {
        await using var scope = Host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<EntitlementDbContext>();
        var records = await db.AuditRecords.Where(record => record.Action.StartsWith(action)).ToListAsync();
        return [.. records.OrderBy(record => record.Time).ThenBy(record => record.Id)];
    }

    /// <param name="at">When; null for now.</param>
    public VerificationResult Verify(ByteString licenseFile, InstalledProduct product, DateTimeOffset? at = null) =>
        LicenseVerifier.Verify(licenseFile.Span, new VerificationOptions
        {
            PinnedRoots = [X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Host.DataDirectory, "keys", "root.pem"))],
            Product = InstalledProduct.Code,
            BuildDate = new DateOnly(2026, 1, 15),
            KeyThumbprint = product.PublicKey.Thumbprint,
            Components = product.Components,
            LastSeenGeneration = 0,
            RevokedKeys = null,
            RevokedActivations = null,
            Now = at ?? TimeProvider.System.GetUtcNow(),
            IsClockBelieved = true,
        });

    public static LicenseClaims Read(ByteString licenseFile) => LicenseFile.Read(licenseFile.Span).Claims;

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
