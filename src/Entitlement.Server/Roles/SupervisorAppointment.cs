using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.Notifications;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Storage.Access;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Roles;

/// <summary>People who are to supervise an account.</summary>
internal sealed class SupervisorAppointment(RoleGiver giver, AccountName account, IReadOnlyList<Subject> users)
{
    private static readonly RoleName Supervisor = new(BuiltInRoles.All.First(role => role.Supervises).Id);

    /// <exception cref="EntitlementException">One of them is no member, or the caller may not appoint.</exception>
    public async Task<Outcome> RunAsync(Change change, Caller caller, CancellationToken cancellationToken)
    {
        var row = await change.Db.Accounts.SingleOrDefaultAsync(one => one.Id == account.AccountId, cancellationToken)
            ?? throw Refusal.NotFound($"{account}");
        var ids = users.Select(user => user.Id).ToList();
        var people = await change.Db.Memberships
            .Where(one => one.AccountId == account.AccountId && ids.Contains(one.UserId))
            .Join(change.Db.Users, one => one.UserId, user => user.Id, (_, user) => user)
            .ToListAsync(cancellationToken);
        if (users.FirstOrDefault(user => people.TrueForAll(one => one.Id != user.Id)) is { Name: not null } stranger)
        {
            throw Refusal.NotFound(stranger.Name);
        }

        await change.Db.LockAccessAsync(cancellationToken);
        var already = await ListSupervisorsAsync(change, ids, cancellationToken);
        _ = ResourcePath.TryParse($"{account}", out var scope);
        WantedRole[] wanted = [.. users.Select(user => new WantedRole(user, Supervisor, Until: null))];
        await giver.GiveAsync(change, caller, scope!, wanted, Permission.SupervisorAppoint, cancellationToken);
        foreach (var person in people.Where(person => person.Email is not null && !already.Contains(person.Id)))
        {
            change.Send(
                new Recipient(person.Id, person.Email!, person.DisplayName),
                MessageContent.SupervisorAppointed(row.DisplayName, row.CustomerNumber ?? ""));
        }

        return new Outcome($"{account}", Existed: false);
    }

    /// <summary>Those of them who supervise the account already, and know how.</summary>
    private Task<HashSet<Guid>> ListSupervisorsAsync(Change change, List<Guid> people, CancellationToken cancellationToken)
    {
        var (supervisor, on, now) = (Supervisor.RoleId, account.AccountId, change.Now);
        return change.Db.RoleAssignments
            .Where(one => one.ScopeId == on && one.RoleId == supervisor && people.Contains(one.SubjectId))
            .Where(one => one.ExpireTime == null || one.ExpireTime > now)
            .Select(one => one.SubjectId)
            .ToHashSetAsync(cancellationToken);
    }
}
