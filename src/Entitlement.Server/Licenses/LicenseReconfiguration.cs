using System.Text.Json;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Licenses;

/// <summary>What somebody chooses of a license's offer.</summary>
/// <param name="Name">The license.</param>
/// <param name="Choice">What is chosen.</param>
/// <param name="IsFirst">Whether the license awaits it.</param>
/// <param name="AcceptsBelowUse">Whether less may be chosen than is in use.</param>
/// <param name="Reason">Why, for the audit trail; null for none.</param>
internal sealed record LicenseReconfiguration(
    LicenseName Name, LicenseChoice Choice, bool IsFirst, bool AcceptsBelowUse, string? Reason)
{
    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>.</exception>
    public static LicenseReconfiguration Parse(V1.ConfigureLicenseRequest request) => new(
        LicenseName.Parse(request.Name, "name"), Parse(request.Configuration), IsFirst: true, AcceptsBelowUse: false, Reason: null);

    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>.</exception>
    public static LicenseReconfiguration Parse(V1.ReconfigureLicenseRequest request) => new(
        LicenseName.Parse(request.Name, "name"),
        Parse(request.Configuration),
        IsFirst: false,
        request.AcceptBelowUse,
        Text.Require(request.Reason, "reason", 1, Text.MaxReasonLength));

    /// <exception cref="EntitlementException">There is no such license, or it refuses.</exception>
    public async Task<Outcome> RunAsync(Change change, CancellationToken cancellationToken)
    {
        var license = await change.Db.Licenses.Named(Name).SingleOrDefaultAsync(cancellationToken)
            ?? throw Refusal.NotFound($"{Name}");
        var lines = await change.Db.FeatureLines.AsNoTracking()
            .Where(line => line.AccountId == Name.AccountId && line.LicenseId == Name.LicenseId)
            .ToListAsync(cancellationToken);
        var before = new AuditedConfiguration(license.Edition, license.MachineLimit, QuantitiesOf(lines));
        var chosen = IsFirst ? license.Configure(Choice, lines) : license.Reconfigure(Choice, lines, AcceptsBelowUse);
        if (!chosen.IsChanged)
        {
            return new Outcome($"{Name}", Existed: true);
        }

        var after = new AuditedConfiguration(
            license.Edition,
            license.MachineLimit,
            QuantitiesOf(lines).ToDictionary(
                line => line.Key,
                line => chosen.Features.Where(feature => feature.Code == line.Key)
                    .Select(feature => (int?)feature.Quantity)
                    .FirstOrDefault() ?? line.Value,
                StringComparer.Ordinal));
        change.Audit(
            Name.AccountId,
            IsFirst ? "license.configure" : "license.reconfigure",
            $"{Name}",
            JsonSerializer.Serialize(new LicenseReconfigured(before, after), LicenseJson.Default.LicenseReconfigured),
            Reason);

        // The license before its lines, and those by their codes: the order in which everybody locks them.
        await LimitMachinesAsync(change.Db, license, cancellationToken);
        await change.Db.SaveChangesAsync(cancellationToken);
        foreach (var feature in chosen.Features)
        {
            await LimitFeatureAsync(change.Db, feature, cancellationToken);
        }

        return new Outcome($"{Name}", Existed: false);
    }

    /// <summary>Seats are taken without a change of the terms, so that one may have been taken since the license was read.</summary>
    private async Task LimitMachinesAsync(EntitlementDbContext db, License license, CancellationToken cancellationToken)
    {
        var (limit, most) = (license.MachineLimit, license.MachineLimit + license.MachineOverage);
        var rows = await db.Licenses.Named(Name)
            .Where(row => AcceptsBelowUse || row.MachinesHeld <= most || row.MachineLimit <= limit)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(row => row.MachineLimit, limit)
                    .SetProperty(row => row.MachineExcess, row => row.MachinesHeld > most ? row.MachinesHeld - most : 0),
                cancellationToken);
        RequireRow(rows);
    }

    private async Task LimitFeatureAsync(EntitlementDbContext db, FeatureChoice feature, CancellationToken cancellationToken)
    {
        var quantity = feature.Quantity;
        var rows = await db.FeatureLines
            .Where(line => line.AccountId == Name.AccountId && line.LicenseId == Name.LicenseId && line.Code == feature.Code)
            .Where(line => AcceptsBelowUse || line.Held <= quantity + line.Overage || line.Quantity <= quantity)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(line => line.SoldQuantity, line => line.SoldQuantity > line.Quantity ? line.SoldQuantity : line.Quantity)
                    .SetProperty(line => line.Quantity, quantity)
                    .SetProperty(
                        line => line.Excess,
                        line => line.Held > quantity + line.Overage ? line.Held - quantity - line.Overage : 0),
                cancellationToken);
        RequireRow(rows);
    }

    private static void RequireRow(int rows)
    {
        if (rows == 0)
        {
            throw new StaleReadException("More is in use than when the license was read.");
        }
    }

    private static Dictionary<string, int> QuantitiesOf(IEnumerable<FeatureLine> lines) =>
        lines.ToDictionary(line => line.Code, line => line.Quantity, StringComparer.Ordinal);

    private static LicenseChoice Parse(V1.LicenseConfiguration? configuration) => configuration is null
        ? throw Refusal.InvalidArgument("configuration", "is required")
        : new LicenseChoice
        {
            Edition = configuration.HasEdition ? configuration.Edition : null,
            MachineLimit = configuration.HasMachineLimit ? configuration.MachineLimit : null,
            Features = [.. configuration.Features.Select(feature => new FeatureChoice(feature.Code, feature.Quantity))],
        };
}
