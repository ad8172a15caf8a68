using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.ServiceAccounts;

/// <summary>
/// Keeps whoever makes a key from getting by it what nobody gave: who holds a key of a service account is that service account.
/// So it is judged as if all of its roles were assigned to whoever asks.
/// </summary>
internal sealed class KeyGuard(AccessReader reader, IDbContextFactory<EntitlementDbContext> contexts, TimeProvider clock)
{
    /// <exception cref="EntitlementException"><see cref="FailureReason.RoleNotAssignable"/>.</exception>
    public async Task RequireAsync(Caller caller, Guid serviceAccount, CancellationToken cancellationToken)
    {
        if (PrincipalOf(caller) is not { } principal || principal == serviceAccount)
        {
            return;
        }

        var now = clock.GetUtcNow();
        var roles = await ReadRolesAsync(serviceAccount, now, cancellationToken);
        var accounts = roles.Select(role => role.AccountId).OfType<Guid>().Distinct().ToList();
        var facts = await reader.ReadAllAsync(principal, accounts, cancellationToken);
        foreach (var role in roles)
        {
            var target = TargetOf(role);
            var step = new AssignmentStep(facts.ViewOf(target), target, role.RoleId);
            if (!AssignmentRule.Unassign(step, now, Permission.ServiceAccountManage).IsAllowed)
            {
                throw Refusal.RoleNotAssignable(new RoleName(role.RoleId), role.ScopeName, contacts: null);
            }
        }
    }

    /// <returns>Null for the owner of the machine, who may do everything.</returns>
    private static Guid? PrincipalOf(Caller caller) => caller switch
    {
        Caller.User user => user.Id,
        Caller.ServiceAccount account => account.Id,
        _ => null,
    };

    private static AccessTarget TargetOf(RoleAssignment role) => ResourcePath.TryParse(role.ScopeName, out var path)
        ? AccessTarget.Of(path.Scopes)
        : throw new InvalidOperationException($"{role.Name} is held on {role.ScopeName}, which is no name.");

    private async Task<List<RoleAssignment>> ReadRolesAsync(
        Guid serviceAccount, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var groups = db.GroupMembers.Where(member => member.PrincipalId == serviceAccount).Select(member => member.GroupId);
        return await db.RoleAssignments
            .Where(role => role.SubjectId == serviceAccount || groups.Contains(role.SubjectId))
            .Where(role => role.ExpireTime == null || role.ExpireTime > now)
            .ToListAsync(cancellationToken);
    }
}
