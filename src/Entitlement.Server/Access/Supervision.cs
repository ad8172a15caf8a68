using Entitlement.Domain.Access;
using Entitlement.Domain.Accounts;
using Entitlement.Domain.Notifications;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Access;

/// <summary>
/// Who supervises accounts. Whatever takes a supervisor from an account, or gives it one, says so here, in its own transaction: the
/// account notes since when it has none, and those who can appoint another are told, once each time.
/// </summary>
internal static class Supervision
{
    /// <summary>How many are told; each of them can appoint a supervisor.</summary>
    private const int MaxRecipients = 20;

    private static readonly string[] Roles = [.. BuiltInRoles.All.Where(role => role.Supervises).Select(role => role.Id)];

    /// <summary>The accounts that their holders supervise by these.</summary>
    public static IReadOnlyCollection<Guid> Supervised(this IEnumerable<RoleAssignment> assignments) =>
        [.. assignments.Where(one => Roles.Contains(one.RoleId)).Select(one => one.ScopeId).Distinct()];

    /// <summary>The accounts that somebody supervises, also through a group, as far as it is switched on.</summary>
    public static async Task<IReadOnlyCollection<Guid>> ListSupervisedAsync(
        this EntitlementDbContext db, Guid principal, CancellationToken cancellationToken) =>
        await db.RoleAssignments
            .Where(one => Roles.Contains(one.RoleId))
            .Where(one => one.SubjectId == principal
                || db.GroupMembers.Any(member => member.GroupId == one.SubjectId && member.PrincipalId == principal))
            .Select(one => one.ScopeId)
            .Distinct()
            .ToListAsync(cancellationToken);

    /// <summary>Accounts that somebody supervised, and nobody does any more, and that have not noted it.</summary>
    public static Task<List<Guid>> ListAbandonedAsync(
        this EntitlementDbContext db, DateTimeOffset now, int count, CancellationToken cancellationToken)
    {
        var held = Held(db, now);
        return db.Accounts
            .Where(account => account.SuperviseTime != null && account.AbandonTime == null)
            .Where(account => !held.Any(one => one.ScopeId == account.Id))
            .OrderBy(account => account.Id)
            .Select(account => account.Id)
            .Take(count)
            .ToListAsync(cancellationToken);
    }

    /// <summary>Called after a change that may have taken supervisors from accounts, or given them some.</summary>
    /// <param name="change">What was changed in it is saved, and changes of access wait from here to the commit.</param>
    /// <param name="accounts">Which accounts.</param>
    /// <param name="cancellationToken">Stops before the next statement.</param>
    public static async Task NoteSupervisionAsync(
        this Change change, IReadOnlyCollection<Guid> accounts, CancellationToken cancellationToken)
    {
        if (accounts.Count == 0)
        {
            return;
        }

        var db = change.Db;
        await db.LockAccessAsync(cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        var supervised = await Held(db, change.Now)
            .Where(one => accounts.Contains(one.ScopeId))
            .Select(one => one.ScopeId)
            .ToHashSetAsync(cancellationToken);
        var rows = await db.Accounts
            .Where(account => accounts.Contains(account.Id) && account.SuperviseTime != null)
            .ToListAsync(cancellationToken);
        foreach (var account in rows)
        {
            if (account.NoteSupervision(supervised.Contains(account.Id), change.Now))
            {
                change.Audit(account.Id, "account.lose_supervisor", $"{account.Name}");
                await TellAsync(change, account, cancellationToken);
            }
        }
    }

    /// <summary>Assignments that make somebody a supervisor who can call.</summary>
    private static IQueryable<RoleAssignment> Held(EntitlementDbContext db, DateTimeOffset now) => db.RoleAssignments
        .Where(one => Roles.Contains(one.RoleId) && (one.ExpireTime == null || one.ExpireTime > now))
        .Where(one => db.Users.Any(user => user.Id == one.SubjectId && user.IsEnabled)
            || db.ServiceAccounts.Any(own => own.Id == one.SubjectId && own.IsEnabled)
            || db.GroupMembers.Any(member => member.GroupId == one.SubjectId
                && (db.Users.Any(user => user.Id == member.PrincipalId && user.IsEnabled)
                    || db.ServiceAccounts.Any(own => own.Id == member.PrincipalId && own.IsEnabled))));

    /// <summary>To the nearest who can appoint another: on the account, above it, or on the whole system.</summary>
    private static async Task TellAsync(Change change, Account account, CancellationToken cancellationToken)
    {
        var db = change.Db;
        var roles = await db.ReadRolesAsync(cancellationToken);
        var appointing = roles.Roles.Values
            .Where(role => role.Permissions.Contains(Permission.SupervisorAppoint))
            .Select(role => role.Id)
            .ToList();
        var line = await db.ListAncestorsAsync(account.Id, cancellationToken);
        foreach (var scope in line.OrderBy(row => row.Distance).Select(row => row.AncestorId).Append(Guid.Empty))
        {
            var people = await ListPeopleAsync(db, scope, appointing, change.Now, cancellationToken);
            foreach (var person in people)
            {
                change.Send(
                    person, MessageContent.SupervisorGone(account.DisplayName, account.CustomerNumber, $"{account.Name}"));
            }

            if (people.Count > 0)
            {
                return;
            }
        }
    }

    private static Task<List<Recipient>> ListPeopleAsync(
        EntitlementDbContext db, Guid scope, List<string> roles, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var subjects = db.RoleAssignments
            .Where(one => one.ScopeId == scope && roles.Contains(one.RoleId) && (one.ExpireTime == null || one.ExpireTime > now))
            .Select(one => one.SubjectId);
        return db.Users
            .Where(user => user.IsEnabled && user.Email != null)
            .Where(user => subjects.Contains(user.Id)
                || db.GroupMembers.Any(member => member.PrincipalId == user.Id && subjects.Contains(member.GroupId)))
            .OrderBy(user => user.Id)
            .Take(MaxRecipients)
            .Select(user => new Recipient(user.Id, user.Email!, user.DisplayName))
            .ToListAsync(cancellationToken);
    }
}
