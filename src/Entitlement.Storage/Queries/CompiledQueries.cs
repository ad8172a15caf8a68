using System.Runtime.CompilerServices;
using Entitlement.Domain.Activations;
using Entitlement.Domain.Licenses;
using Entitlement.Storage.Idempotency;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Entitlement.Storage.Queries;

/// <summary>
/// The queries of the hot path, translated once. A compiled query serves one model only, and each provider has a model
/// of its own, so there is a set for each.
/// </summary>
internal sealed class CompiledQueries
{
    private static readonly ConditionalWeakTable<IModel, CompiledQueries> Sets = [];

    public Func<EntitlementDbContext, Slc, CancellationToken, Task<LicenseOfCode?>> LicenseBySlc { get; } =
        EF.CompileAsyncQuery((EntitlementDbContext db, Slc slc, CancellationToken _) => (
            from entry in db.SlcEntries
            join license in db.Licenses
                on new { entry.AccountId, Id = entry.LicenseId } equals new { license.AccountId, license.Id }
            join product in db.Products on license.ProductId equals product.Id
            where entry.Slc == slc
            select new LicenseOfCode(license, product.Code, product.HasTrials)).AsNoTracking().SingleOrDefault());

    public Func<EntitlementDbContext, Guid, Guid, IAsyncEnumerable<FeatureLine>> FeaturesOfLicense { get; } =
        EF.CompileAsyncQuery((EntitlementDbContext db, Guid accountId, Guid licenseId) => db.FeatureLines
            .Where(line => line.AccountId == accountId && line.LicenseId == licenseId)
            .OrderBy(line => line.Code)
            .AsNoTracking());

    public Func<EntitlementDbContext, Guid, Guid, byte[], CancellationToken, Task<Activation?>> ActivationByKey
    {
        get;
    } = EF.CompileAsyncQuery(
        (EntitlementDbContext db, Guid accountId, Guid licenseId, byte[] thumbprint, CancellationToken _) =>
            db.Activations.AsNoTracking().SingleOrDefault(activation =>
                activation.AccountId == accountId
                && activation.LicenseId == licenseId
                && activation.Thumbprint == thumbprint));

    public Func<EntitlementDbContext, Guid, Guid, IAsyncEnumerable<ActivationDevice>> DevicesOfActivation { get; } =
        EF.CompileAsyncQuery((EntitlementDbContext db, Guid accountId, Guid activationId) => db.ActivationDevices
            .Where(device => device.AccountId == accountId && device.ActivationId == activationId)
            .OrderBy(device => device.Feature)
            .ThenBy(device => device.DeviceId)
            .AsNoTracking());

    public Func<EntitlementDbContext, byte[], Guid, CancellationToken, Task<AnsweredRequest?>> AnsweredByJti { get; } =
        EF.CompileAsyncQuery((EntitlementDbContext db, byte[] thumbprint, Guid jti, CancellationToken _) =>
            db.AnsweredRequests.AsNoTracking()
                .SingleOrDefault(request => request.Thumbprint == thumbprint && request.Jti == jti));

    public Func<EntitlementDbContext, byte[], CancellationToken, Task<bool>> AnyAnswered { get; } =
        EF.CompileAsyncQuery((EntitlementDbContext db, byte[] thumbprint, CancellationToken _) =>
            db.AnsweredRequests.Any(request => request.Thumbprint == thumbprint));

    public Func<EntitlementDbContext, Guid, Guid, int, CancellationToken, Task<IssuedFile?>> FileByGeneration { get; } =
        EF.CompileAsyncQuery((
            EntitlementDbContext db, Guid accountId, Guid activationId, int generation, CancellationToken _) =>
            db.IssuedFiles.AsNoTracking().SingleOrDefault(file =>
                file.AccountId == accountId
                && file.ActivationId == activationId
                && file.Generation == generation));

    public Func<EntitlementDbContext, string, string, Guid, CancellationToken, Task<IdempotencyRecord?>> RecordById
    {
        get;
    } = EF.CompileAsyncQuery(
        (EntitlementDbContext db, string caller, string method, Guid requestId, CancellationToken _) =>
            db.IdempotencyRecords.AsTracking().SingleOrDefault(record =>
                record.Caller == caller && record.Method == method && record.RequestId == requestId));

    public Func<EntitlementDbContext, CancellationToken, Task<long>> AccessVersion { get; } =
        EF.CompileAsyncQuery((EntitlementDbContext db, CancellationToken _) =>
            db.AccessClock.Select(clock => clock.Version).Single());

    public static CompiledQueries For(EntitlementDbContext db) =>
        Sets.GetValue(db.Model, static _ => new CompiledQueries());
}
