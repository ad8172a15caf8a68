using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Storage.Access;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Roles;

/// <summary>Defines, changes and deletes roles, as <see cref="RoleEditRule"/> allows it.</summary>
internal sealed class RoleEdit(RoleGiver giver, Caller caller)
{
    /// <exception cref="EntitlementException">It is not allowed, or there is such a role.</exception>
    public async Task<Outcome> CreateAsync(Change change, RoleDefinition wanted, CancellationToken cancellationToken)
    {
        await RequireAsync(change, before: null, wanted, cancellationToken);
        if (await change.Db.Roles.AnyAsync(role => role.Id == wanted.Id, cancellationToken))
        {
            throw Refusal.RoleTaken(new RoleName(wanted.Id));
        }

        change.Db.Roles.Add(Role.Create(wanted, change.Now));
        return Note(change, "role.create", wanted);
    }

    /// <exception cref="EntitlementException">It is not allowed, or there is no such role.</exception>
    public async Task<Outcome> UpdateAsync(
        Change change, RoleName name, V1.Role wanted, IReadOnlyCollection<string> fields, CancellationToken cancellationToken)
    {
        var role = await FindAsync(change, name, cancellationToken);
        var before = role.ToDefinition();
        var after = before.With(wanted, fields);
        await RequireAsync(change, before, after, cancellationToken);
        role.Change(after);
        return Note(change, "role.update", after);
    }

    /// <exception cref="EntitlementException">It is not allowed, or somebody holds it.</exception>
    public async Task<Outcome> DeleteAsync(Change change, RoleName name, CancellationToken cancellationToken)
    {
        var role = await FindAsync(change, name, cancellationToken);
        await RequireAsync(change, role.ToDefinition(), after: null, cancellationToken);

        // Roles are given under this lock too: nobody gets it between this look and the commit.
        await change.Db.LockAccessAsync(cancellationToken);
        var holders = await change.Db.RoleAssignments.CountAsync(one => one.RoleId == name.RoleId, cancellationToken);
        if (holders > 0)
        {
            throw Refusal.RoleInUse(name, holders);
        }

        change.Db.Roles.Remove(role);
        return Note(change, "role.delete", role.ToDefinition());
    }

    private static async Task<Role> FindAsync(Change change, RoleName name, CancellationToken cancellationToken) =>
        RoleBook.BuiltIn.Find(name.RoleId) is not null
            ? throw Refusal.RoleBuiltIn(name)
            : await change.Db.Roles.SingleOrDefaultAsync(role => role.Id == name.RoleId, cancellationToken)
                ?? throw Refusal.NotFound($"{name}");

    private static Outcome Note(Change change, string action, RoleDefinition role)
    {
        change.Touch(AccessThing.Roles);
        change.Audit(
            account: null,
            action,
            $"{new RoleName(role.Id)}",
            RoleJson.Of(new RoleWritten($"{role.Permissions}", string.Join(' ', role.Assigns), string.Join(' ', role.ScopeKinds))));
        return new Outcome($"{new RoleName(role.Id)}", Existed: false);
    }

    private async Task RequireAsync(
        Change change, RoleDefinition? before, RoleDefinition? after, CancellationToken cancellationToken)
    {
        var facts = await giver.ReadAsync(caller, ResourcePath.System, cancellationToken);
        var roles = await change.Db.ReadRolesAsync(cancellationToken);
        var verdict = RoleEditRule.Check(facts.ViewOf(AccessTarget.System, roles), before, after, change.Now);
        if (Refuse(verdict, new RoleName((after ?? before)?.Id ?? "")) is { } refusal)
        {
            throw refusal;
        }
    }

    private static EntitlementException? Refuse(RoleEditVerdict verdict, RoleName role) => verdict.Problem switch
    {
        RoleEditProblem.None => null,
        RoleEditProblem.PermissionMissing or RoleEditProblem.PermissionNotHeld => Refusal.PermissionDenied(
            (verdict.Permission ?? Permission.RoleManage).ToName(), resource: "", contacts: null),
        RoleEditProblem.RoleIsBuiltIn => Refusal.RoleBuiltIn(role),
        RoleEditProblem.IdMalformed => Refusal.InvalidArgument("role.name", "must have the format roles/{role}"),
        RoleEditProblem.NoScopeKinds => Refusal.InvalidArgument("role.scope_kinds", "must name at least one"),
        RoleEditProblem.AssignsUnknown => Refusal.NotFound($"{new RoleName(verdict.RoleId ?? "")}"),
        RoleEditProblem.AssignsNotAssignable => Refusal.RoleNotAssignable(new RoleName(verdict.RoleId ?? ""), scope: "", contacts: null),
        RoleEditProblem.SystemAdministratorsOnly or RoleEditProblem.RoleNotAssignable =>
            Refusal.RoleNotAssignable(role, scope: "", contacts: null),
    };
}
