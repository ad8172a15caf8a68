using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
using Microsoft.EntityFrameworkCore;
using FeatureLine = Entitlement.Domain.Licenses.FeatureLine;
using License = Entitlement.Domain.Licenses.License;

namespace Entitlement.Server.Licenses;

/// <summary>Reads licenses for one caller, who sees a license's SLC only with <c>license.read_code</c> on it.</summary>
internal sealed class LicenseReader(EntitlementDbContext db, AccessDecider access, TimeProvider clock)
{
    /// <summary>
    /// Most feature lines on a page. A line takes up to 150 bytes, and the usual client takes messages of 4 MiB; with the
    /// licenses themselves, which take less than 1 KiB each, a page stays well below that.
    /// </summary>
    public const int MaxLinesOnPage = 10_000;

    /// <exception cref="EntitlementException"><see cref="FailureReason.NotFound"/>.</exception>
    public async Task<V1.License> GetAsync(LicenseName name, Caller caller, CancellationToken cancellationToken)
    {
        var license = await db.Licenses.Named(name).SingleOrDefaultAsync(cancellationToken)
            ?? throw Refusal.NotFound($"{name}");
        var features = await db.ListFeaturesAsync(name.AccountId, name.LicenseId, cancellationToken);
        var held = await access.HeldInAsync(caller, [name.AccountId], cancellationToken);
        return Show(license, features, held);
    }

    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.NotFound"/>: there is no such account; <see cref="FailureReason.PermissionDenied"/>: nothing in it
    /// is for this caller.
    /// </exception>
    public async Task<(IReadOnlyList<V1.License> Licenses, string NextPageToken)> ListAsync(
        AccountName account, PageRequest page, Caller caller, CancellationToken cancellationToken)
    {
        var held = await access.HeldInAsync(caller, [account.AccountId], cancellationToken);
        var all = held.Holds(Permission.LicenseRead, account);
        var some = all ? [] : held.LicensesHeld(Permission.LicenseRead, account);
        if (!all && some.Count == 0)
        {
            await access.RequireAsync(caller, V1.Permission.LicenseRead, $"{account}", cancellationToken);
        }

        var rows = await db.Licenses
            .Where(license => license.AccountId == account.AccountId && license.Id > page.After)
            .Where(license => all || some.Contains(license.Id))
            .OrderBy(license => license.Id)
            .Take(page.Probe)
            .ToListAsync(cancellationToken);
        if (rows.Count == 0 && !await db.Accounts.AnyAsync(row => row.Id == account.AccountId, cancellationToken))
        {
            throw Refusal.NotFound($"{account}");
        }

        var last = LastOf(rows, page);
        var lines = await db.FeatureLines
            .Where(line => line.AccountId == account.AccountId && line.LicenseId > page.After && line.LicenseId <= last)
            .OrderBy(line => line.LicenseId)
            .ThenBy(line => line.Code)
            .Take(MaxLinesOnPage + 1)
            .ToListAsync(cancellationToken);
        return Show(rows, lines, page, held);
    }

    /// <summary>The licenses of all accounts that the caller may read, along the directory of SLCs: the licenses themselves are kept by account.</summary>
    public async Task<(IReadOnlyList<V1.License> Licenses, string NextPageToken)> ListAllAsync(
        PageRequest page, Caller caller, CancellationToken cancellationToken)
    {
        var reach = await access.ReachAsync(caller, V1.Permission.LicenseRead, cancellationToken);
        var rows = await db.ReachedLicenses(reach)
            .Where(entry => entry.LicenseId > page.After)
            .Join(
                db.Licenses,
                entry => new { entry.AccountId, Id = entry.LicenseId },
                license => new { license.AccountId, license.Id },
                (entry, license) => new { entry.LicenseId, License = license })
            .OrderBy(row => row.LicenseId)
            .Select(row => row.License)
            .Take(page.Probe)
            .ToListAsync(cancellationToken);

        var last = LastOf(rows, page);
        var lines = await db.ReachedLicenses(reach)
            .Where(entry => entry.LicenseId > page.After && entry.LicenseId <= last)
            .Join(
                db.FeatureLines,
                entry => new { entry.AccountId, entry.LicenseId },
                line => new { line.AccountId, line.LicenseId },
                (_, line) => line)
            .OrderBy(line => line.LicenseId)
            .ThenBy(line => line.Code)
            .Take(MaxLinesOnPage + 1)
            .ToListAsync(cancellationToken);
        var held = await access.HeldInAsync(caller, [.. rows.Select(row => row.AccountId).Distinct()], cancellationToken);
        return Show(rows, lines, page, held);
    }

    /// <summary>The last license that a page of so many may show.</summary>
    private static Guid LastOf(List<License> rows, PageRequest page) =>
        rows.Count == 0 ? page.After : rows[Math.Min(rows.Count, page.Size) - 1].Id;

    /// <param name="rows">The licenses in order of their ids.</param>
    /// <param name="lines">Their feature lines in the same order, one more than a page may hold if there are so many.</param>
    /// <param name="page">What was asked for.</param>
    /// <param name="held">What the caller may see of them.</param>
    private (IReadOnlyList<V1.License> Licenses, string NextPageToken) Show(
        List<License> rows, List<FeatureLine> lines, PageRequest page, HeldAccess held)
    {
        // Of the license whose line is one too many, and of those after it, lines are missing: they come on the next page.
        var whole = lines.Count <= MaxLinesOnPage
            ? rows.Count
            : rows.TakeWhile(license => license.Id < lines[MaxLinesOnPage].LicenseId).Count();
        var (licenses, next) = page.Cut(rows, license => license.Id, whole);
        var byLicense = lines.ToLookup(line => line.LicenseId);
        return ([.. licenses.Select(license => Show(license, byLicense[license.Id], held))], next);
    }

    private V1.License Show(License license, IEnumerable<FeatureLine> features, HeldAccess held) =>
        license.ToMessage(features, held.Holds(Permission.LicenseReadCode, license.Name), clock.GetUtcNow());
}
