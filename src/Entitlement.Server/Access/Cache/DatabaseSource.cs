using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Access.Cache;

/// <summary>The database as the source of what is known of access.</summary>
internal sealed class DatabaseSource(IDbContextFactory<EntitlementDbContext> contexts) : IAccessSource
{
    /// <summary>Assignments that fit into one snapshot: about 80 KB. What has more is kept by holder.</summary>
    public const int MaxGrants = 1_000;

    /// <summary>Changes that are read at a time; what lies further back is as forgotten.</summary>
    public const int MaxChanges = 10_000;

    /// <summary>A thing that is touched so often in a row is in a storm.</summary>
    private const int MaxAttempts = 10;

    public async Task<AccessLogPage> ReadLogAsync(long? since, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var version = await db.ReadVersionAsync(cancellationToken);
        if (version <= since)
        {
            return new AccessLogPage(version, version, []);
        }

        if (since < version - AccessLog.WholeVersions)
        {
            // Perhaps cleared away in part; what is left tells from where on it is whole.
            since = null;
        }

        var rows = await db.AccessChanges
            .Where(change => change.Version <= version && change.Version > (since ?? 0))
            .OrderByDescending(change => change.Version)
            .Take(MaxChanges + 1)
            .Select(change => new TouchedThing(change.Version, change.Kind, change.Id))
            .ToListAsync(cancellationToken);

        // Of the oldest version perhaps not all was read.
        var from = rows.Count > MaxChanges ? rows[^1].Version : since ?? (rows.Count == 0 ? version : rows[^1].Version - 1);
        return new AccessLogPage(version, from, rows);
    }

    public async Task<Snapshot> LoadAsync(SnapshotKey key, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Database.OpenConnectionAsync(cancellationToken);
        var before = await db.ReadVersionAsync(cancellationToken);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var snapshot = await ReadAsync(db, key, before, cancellationToken);
            var after = await db.ReadVersionAsync(cancellationToken);
            if (after == before)
            {
                return snapshot;
            }

            // Whatever else changed meanwhile, what was read is as true after it as before, unless this thing was touched.
            var (kind, id) = snapshot.Thing;
            if (!await db.AccessChanges.AnyAsync(
                change => change.Version > before && change.Version <= after && change.Kind == kind && change.Id == id,
                cancellationToken))
            {
                return snapshot with { Version = after };
            }

            before = after;
        }

        throw Refusal.StorageUnavailable();
    }

    private static async Task<Snapshot> ReadAsync(
        EntitlementDbContext db, SnapshotKey key, long version, CancellationToken cancellationToken) => key.Kind switch
        {
            SnapshotKind.Principal =>
                new PrincipalCopy(version, await AccessReader.ReadPrincipalAsync(db, key.Id, cancellationToken)),
            SnapshotKind.Account => await ReadAccountAsync(db, key.Id, version, cancellationToken),
            SnapshotKind.Roles => new RolesCopy(version, await db.ReadRolesAsync(cancellationToken)),
            SnapshotKind.Credential =>
                new CredentialCopy(key.Id, version, await ReadCredentialAsync(db, key.Id, cancellationToken)),
            SnapshotKind.Product or SnapshotKind.System => await ReadGrantsAsync(db, key, version, cancellationToken),
            SnapshotKind.AccountShare or SnapshotKind.ProductShare or SnapshotKind.SystemShare => new GrantsCopy(
                key,
                version,
                GrantIndex.Create(await ListAsync(
                    On(db, key).Where(one => one.SubjectId == key.Holder), int.MaxValue, cancellationToken)),
                IsLarge: false),
        };

    private static async Task<AccountCopy> ReadAccountAsync(
        EntitlementDbContext db, Guid id, long version, CancellationToken cancellationToken)
    {
        var account = await db.Accounts
            .Where(one => one.Id == id)
            .Select(one => new { one.ParentId, one.Policy, EverSupervised = one.SuperviseTime != null })
            .SingleOrDefaultAsync(cancellationToken);
        if (account is null)
        {
            return new AccountCopy(id, version, Account: null, IsLarge: false);
        }

        var grants = await ReadGrantsAsync(db, new SnapshotKey(SnapshotKind.Account, id), version, cancellationToken);
        return new AccountCopy(
            id,
            version,
            new AccountSnapshot(id, account.ParentId, account.Policy, account.EverSupervised, grants.Grants),
            grants.IsLarge);
    }

    private static async Task<GrantsCopy> ReadGrantsAsync(
        EntitlementDbContext db, SnapshotKey key, long version, CancellationToken cancellationToken)
    {
        var grants = await ListAsync(On(db, key), MaxGrants + 1, cancellationToken);
        return grants.Count > MaxGrants
            ? new GrantsCopy(key, version, GrantIndex.Empty, IsLarge: true)
            : new GrantsCopy(key, version, GrantIndex.Create(grants), IsLarge: false);
    }

    /// <summary>What is assigned on a thing, and on what belongs to an account.</summary>
    private static IQueryable<RoleAssignment> On(EntitlementDbContext db, SnapshotKey key) => key.Thing.Kind switch
    {
        AccessThing.Account => db.RoleAssignments.Where(one => one.AccountId == key.Id),
        _ => db.RoleAssignments.Where(one => one.ScopeId == key.Id),
    };

    private static Task<List<Grant>> ListAsync(
        IQueryable<RoleAssignment> rows, int most, CancellationToken cancellationToken) =>
        rows.Take(most)
            .Select(one => new Grant(one.Id, one.SubjectId, one.RoleId, one.ScopeId, one.ExpireTime))
            .ToListAsync(cancellationToken);

    private static async Task<Credential?> ReadCredentialAsync(
        EntitlementDbContext db, Guid id, CancellationToken cancellationToken)
    {
        if (await db.ServiceAccountKeys.SingleOrDefaultAsync(one => one.Id == id, cancellationToken) is { } key)
        {
            return new Credential(TokenKind.ApiKey, key.ServiceAccountId, [.. key.SecretHash])
            {
                ExpireTime = key.ExpireTime,
                EndTime = key.RevokeTime,
            };
        }

        return await db.Sessions.SingleOrDefaultAsync(one => one.Id == id, cancellationToken) is { } session
            ? new Credential(TokenKind.Session, session.UserId, [.. session.SecretHash])
            {
                ExpireTime = session.ExpireTime,
                EndTime = session.EndTime,
                LastUseTime = session.LastUseTime,
            }
            : null;
    }
}
