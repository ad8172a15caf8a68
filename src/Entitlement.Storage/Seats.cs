using System.Runtime.CompilerServices;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Entitlement.Domain.Signing;
using Entitlement.Storage.Queries;
using Entitlement.Storage.Writing;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Entitlement.Storage;

/// <summary>Takes and gives back seats by conditional updates, so that whatever races, none is sold twice.</summary>
public static class Seats
{
    /// <summary>
    /// Applies each line's <see cref="SeatLine.Requested"/>. Called as the last write before the commit, so that the
    /// rows are locked for as short as can be; all callers go through the lines in one order, so that none waits for
    /// another in a circle.
    /// </summary>
    /// <param name="db">In a transaction, which is to be rolled back when this returns false.</param>
    /// <param name="license">Whose seats.</param>
    /// <param name="termsRead">
    /// <see cref="License.Terms"/> that the caller decided on. They are proved even when no seat moves: a license
    /// revoked meanwhile must not issue a file.
    /// </param>
    /// <param name="lines">The machine line and feature lines; a missing one takes nothing.</param>
    /// <param name="cancellationToken">Stops before the next line.</param>
    /// <returns>
    /// False when the terms are others by now, or when a line has too little left: reload and decide anew.
    /// </returns>
    public static async Task<bool> TakeAsync(
        EntitlementDbContext db,
        LicenseName license,
        int termsRead,
        IReadOnlyCollection<SeatLine> lines,
        CancellationToken cancellationToken)
    {
        var machines = Machines(lines);
        return await SeatStatements.For(db).Machines(machines).ExecuteAsync(
                db, [machines, license.AccountId, license.LicenseId, termsRead], cancellationToken) == 1
            && await TakeFeaturesAsync(db, license, lines, cancellationToken);
    }

    /// <summary>
    /// As <see cref="TakeAsync"/>, for a transaction that issues a license file; whatever path issues one ends so. The
    /// same update proves that issuing goes on, so that a halt costs nobody a query of its own while there is none.
    /// </summary>
    /// <param name="db">In a transaction, which is to be rolled back when this returns false or throws.</param>
    /// <param name="license">Whose seats.</param>
    /// <param name="termsRead">See <see cref="TakeAsync"/>.</param>
    /// <param name="keyId">The <c>kid</c> of the key that signed the file.</param>
    /// <param name="lines">See <see cref="TakeAsync"/>.</param>
    /// <param name="cancellationToken">Stops before the next line.</param>
    /// <returns>See <see cref="TakeAsync"/>.</returns>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.IssuingHalted"/> or <see cref="FailureReason.SigningKeyRevoked"/>.
    /// </exception>
    public static async Task<bool> TakeToIssueAsync(
        EntitlementDbContext db,
        LicenseName license,
        int termsRead,
        string keyId,
        IReadOnlyCollection<SeatLine> lines,
        CancellationToken cancellationToken)
    {
        var machines = Machines(lines);
        if (await SeatStatements.For(db).MachinesToIssue(machines).ExecuteAsync(
            db, [machines, license.AccountId, license.LicenseId, termsRead, keyId], cancellationToken) != 1)
        {
            await db.RequireIssuingAsync(keyId, cancellationToken);
            return false;
        }

        return await TakeFeaturesAsync(db, license, lines, cancellationToken);
    }

    private static int Machines(IEnumerable<SeatLine> lines) =>
        lines.Where(line => line.FeatureCode is null).Sum(line => line.Requested);

    private static async Task<bool> TakeFeaturesAsync(
        EntitlementDbContext db,
        LicenseName license,
        IEnumerable<SeatLine> lines,
        CancellationToken cancellationToken)
    {
        var features = lines.Where(line => line.FeatureCode is not null && line.Requested != 0)
            .OrderBy(line => line.FeatureCode, StringComparer.Ordinal);
        foreach (var line in features)
        {
            if (!await MoveAsync(db, license, line, cancellationToken))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Applies the <see cref="SeatLine.Requested"/> of one feature line; otherwise as <see cref="TakeAsync"/>.
    /// </summary>
    internal static async Task<bool> MoveAsync(
        EntitlementDbContext db, LicenseName license, SeatLine line, CancellationToken cancellationToken) =>
        await SeatStatements.For(db).Features(line.Requested).ExecuteAsync(
            db, [line.Requested, license.AccountId, license.LicenseId, line.FeatureCode], cancellationToken) == 1;
}

/// <summary>The conditional updates of <see cref="Seats"/> for one model.</summary>
internal sealed class SeatStatements
{
    private static readonly ConditionalWeakTable<IModel, SeatStatements> Sets = [];

    private readonly Statement _takeMachines;
    private readonly Statement _returnMachines;
    private readonly Statement _takeMachinesToIssue;
    private readonly Statement _returnMachinesToIssue;
    private readonly Statement _takeFeatures;
    private readonly Statement _returnFeatures;

    private SeatStatements(EntitlementDbContext db)
    {
        var licenses = new Table(db, typeof(License));
        string[] licenseAsRead = [nameof(License.AccountId), nameof(License.Id), nameof(License.Terms)];
        (_takeMachines, _returnMachines) = Pair(
            licenses,
            nameof(License.MachinesHeld),
            [nameof(License.MachineLimit), nameof(License.MachineOverage)],
            licenseAsRead);
        var stops = new Table(db, typeof(IssuingStop));
        var scope = stops.Property(nameof(IssuingStop.Scope));
        var notStopped = $" AND NOT EXISTS (SELECT 1 FROM {stops.Name} "
            + $"WHERE {stops.Column(scope)} IN ('{IssuingStop.Everything}', @p{licenseAsRead.Length + 1}))";
        _takeMachinesToIssue = _takeMachines.And(notStopped, scope);
        _returnMachinesToIssue = _returnMachines.And(notStopped, scope);
        (_takeFeatures, _returnFeatures) = Pair(
            new Table(db, typeof(FeatureLine)),
            nameof(FeatureLine.Held),
            [nameof(FeatureLine.Quantity), nameof(FeatureLine.Overage)],
            [nameof(FeatureLine.AccountId), nameof(FeatureLine.LicenseId), nameof(FeatureLine.Code)]);
    }

    public static SeatStatements For(EntitlementDbContext db) => Sets.GetValue(db.Model, _ => new SeatStatements(db));

    /// <summary>Parameters: how many, account, license, terms.</summary>
    public Statement Machines(int count) => count > 0 ? _takeMachines : _returnMachines;

    /// <summary>Parameters: how many, account, license, terms, signing key.</summary>
    public Statement MachinesToIssue(int count) => count > 0 ? _takeMachinesToIssue : _returnMachinesToIssue;

    /// <summary>Parameters: how many, account, license, feature code.</summary>
    public Statement Features(int count) => count > 0 ? _takeFeatures : _returnFeatures;

    /// <summary>Giving back is allowed above the limit too.</summary>
    private static (Statement Take, Statement Return) Pair(Table table, string held, string[] limits, string[] keys)
    {
        var (column, conditions) = (table[held], keys.Select((key, i) => $"{table[key]} = @p{i + 1}"));
        var text = $"UPDATE {table.Name} SET {column} = {column} + @p0 "
            + $"WHERE {string.Join(" AND ", conditions)} AND {column} + @p0 ";
        IProperty[] parameters = [table.Property(held), .. keys.Select(table.Property)];
        var most = string.Join(" + ", limits.Select(limit => table[limit]));
        return (new Statement($"{text}<= {most}", parameters), new Statement($"{text}>= 0", parameters));
    }
}
