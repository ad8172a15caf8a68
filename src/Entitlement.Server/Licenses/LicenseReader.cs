using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
using Entitlement.V1;
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
        return await ShowAsync(license, features, caller, cancellationToken);
    }

    /// <exception cref="EntitlementException"><see cref="FailureReason.NotFound"/>: there is no such account.</exception>
    public async Task<(IReadOnlyList<V1.License> Licenses, string NextPageToken)> ListAsync(
        AccountName account, PageRequest page, Caller caller, CancellationToken cancellationToken)
    {
        var rows = await db.Licenses
            .Where(license => license.AccountId == account.AccountId && license.Id > page.After)
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
        return await ShowAsync(rows, lines, page, caller, cancellationToken);
    }

    /// <summary>The licenses of all accounts, along the directory of SLCs: the licenses themselves are kept by account.</summary>
    public async Task<(IReadOnlyList<V1.License> Licenses, string NextPageToken)> ListAllAsync(
        PageRequest page, Caller caller, CancellationToken cancellationToken)
    {
        var rows = await db.SlcEntries
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
        var lines = await db.SlcEntries
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
        return await ShowAsync(rows, lines, page, caller, cancellationToken);
    }

    /// <summary>The last license that a page of so many may show.</summary>
    private static Guid LastOf(List<License> rows, PageRequest page) =>
        rows.Count == 0 ? page.After : rows[Math.Min(rows.Count, page.Size) - 1].Id;

    /// <param name="rows">The licenses in order of their ids.</param>
    /// <param name="lines">Their feature lines in the same order, one more than a page may hold if there are so many.</param>
    /// <param name="page">What was asked for.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellationToken">Ends the look-ups that access needs.</param>
    private async Task<(IReadOnlyList<V1.License> Licenses, string NextPageToken)> ShowAsync(
        List<License> rows, List<FeatureLine> lines, PageRequest page, Caller caller, CancellationToken cancellationToken)
    {
        // Of the license whose line is one too many, and of those after it, lines are missing: they come on the next page.
        var whole = lines.Count <= MaxLinesOnPage
            ? rows.Count
            : rows.TakeWhile(license => license.Id < lines[MaxLinesOnPage].LicenseId).Count();
        var (licenses, next) = page.Cut(rows, license => license.Id, whole);
        var byLicense = lines.ToLookup(line => line.LicenseId);
        var messages = new List<V1.License>(licenses.Count);
        foreach (var license in licenses)
        {
            messages.Add(await ShowAsync(license, byLicense[license.Id], caller, cancellationToken));
        }

        return (messages, next);
    }

    private async ValueTask<V1.License> ShowAsync(
        License license, IEnumerable<FeatureLine> features, Caller caller, CancellationToken cancellationToken)
    {
        var showsCode = await access.HoldsAsync(caller, Permission.LicenseReadCode, $"{license.Name}", cancellationToken);
        return license.ToMessage(features, showsCode, clock.GetUtcNow());
    }
}
