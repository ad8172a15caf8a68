using Entitlement.Domain.Access;
using Entitlement.Domain.Accounts;
using Entitlement.Domain.Products;
using Entitlement.Domain.Projects;
using Entitlement.Storage;
using Entitlement.Storage.Directories;

namespace Entitlement.Server.Access;

/// <summary>Filters lists by what a caller reaches, in the query and not after it.</summary>
internal static class ReachedRows
{
    public static IQueryable<Account> ReachedAccounts(this EntitlementDbContext db, AccessReach reach) => reach.Everything
        ? db.Accounts
        : db.Accounts.Where(account => reach.Accounts.Contains(account.Id)
            || db.AccountAncestors.Any(row => row.AccountId == account.Id && reach.Trees.Contains(row.AncestorId)));

    public static IQueryable<SlcEntry> ReachedLicenses(this EntitlementDbContext db, AccessReach reach) => reach.Everything
        ? db.SlcEntries
        : db.SlcEntries.Where(entry => reach.Things.Contains(entry.LicenseId)
            || reach.Accounts.Contains(entry.AccountId)
            || db.AccountAncestors.Any(row => row.AccountId == entry.AccountId && reach.Trees.Contains(row.AncestorId)));

    public static IQueryable<RoleAssignment> ReachedAssignments(this EntitlementDbContext db, AccessReach reach) =>
        reach.Everything
            ? db.RoleAssignments
            : db.RoleAssignments.Where(one => reach.Things.Contains(one.ScopeId)
                || (one.ScopeKind == ScopeKind.Wave
                    && db.Waves.Any(wave => wave.Id == one.ScopeId && reach.Things.Contains(wave.ProjectId)))
                || (one.ScopeKind == ScopeKind.Batch
                    && db.Batches.Any(batch => batch.Id == one.ScopeId
                        && (reach.Things.Contains(batch.ProjectId) || reach.Things.Contains(batch.WaveId))))
                || (one.AccountId != null
                    && (reach.Accounts.Contains(one.AccountId.Value)
                        || db.AccountAncestors.Any(row => row.AccountId == one.AccountId && reach.Trees.Contains(row.AncestorId)))));

    public static IQueryable<Product> ReachedProducts(this EntitlementDbContext db, AccessReach reach) => reach.Everything
        ? db.Products
        : db.Products.Where(product => reach.Things.Contains(product.Id));

    public static IQueryable<Project> ReachedProjects(this EntitlementDbContext db, AccessReach reach) => reach.Everything
        ? db.Projects
        : db.Projects.Where(project => reach.Things.Contains(project.Id)
            || reach.Accounts.Contains(project.AccountId)
            || db.AccountAncestors.Any(row => row.AccountId == project.AccountId && reach.Trees.Contains(row.AncestorId)));

    public static IQueryable<Wave> ReachedWaves(this EntitlementDbContext db, AccessReach reach) => reach.Everything
        ? db.Waves
        : db.Waves.Where(wave => reach.Things.Contains(wave.Id)
            || reach.Things.Contains(wave.ProjectId)
            || reach.Accounts.Contains(wave.AccountId)
            || db.AccountAncestors.Any(row => row.AccountId == wave.AccountId && reach.Trees.Contains(row.AncestorId)));

    public static IQueryable<Batch> ReachedBatches(this EntitlementDbContext db, AccessReach reach) => reach.Everything
        ? db.Batches
        : db.Batches.Where(batch => reach.Things.Contains(batch.Id)
            || reach.Things.Contains(batch.WaveId)
            || reach.Things.Contains(batch.ProjectId)
            || reach.Accounts.Contains(batch.AccountId)
            || db.AccountAncestors.Any(row => row.AccountId == batch.AccountId && reach.Trees.Contains(row.AncestorId)));
}
