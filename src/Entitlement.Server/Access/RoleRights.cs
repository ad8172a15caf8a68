using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Idempotency;

namespace Entitlement.Server.Access;

/// <summary>
/// Whether a caller may give and take roles that stand already: those of a group that somebody joins or leaves, and those that end
/// with a membership. Asked in the transaction that gives or takes them, after it has locked access.
/// </summary>
/// <param name="change">The transaction.</param>
/// <param name="caller">Whose rights.</param>
internal sealed class RoleRights(Change change, Caller caller)
{
    /// <exception cref="EntitlementException">The caller may not give one of them, or the subject may not hold it.</exception>
    public async Task RequireGiveAsync(
        IReadOnlyCollection<RoleAssignment> roles, AssignmentSubject subject, CancellationToken cancellationToken) =>
        Require(
            AssignmentRule.Join(await StepsAsync(roles, cancellationToken), subject, change.Now), roles);

    /// <param name="roles">What is to be taken away.</param>
    /// <param name="with">The permission that the caller uses: <c>access.manage</c>, or that of the call.</param>
    /// <param name="cancellationToken">Ends the look-ups.</param>
    /// <exception cref="EntitlementException">The caller may not take one of them.</exception>
    public async Task RequireTakeAsync(
        IReadOnlyCollection<RoleAssignment> roles, Permission with, CancellationToken cancellationToken) =>
        Require(
            (await StepsAsync(roles, cancellationToken))
                .Select(step => AssignmentRule.Unassign(step, change.Now, with))
                .FirstOrDefault(verdict => !verdict.IsAllowed),
            roles);

    /// <exception cref="EntitlementException">The caller does not hold the permission there.</exception>
    public async Task RequireAsync(Permission permission, Guid? account, CancellationToken cancellationToken)
    {
        var target = account is { } id ? AccessTarget.Account(id) : AccessTarget.System;
        var facts = await ReadAsync(account is { } one ? [one] : [], [], cancellationToken);
        if (!ViewOf(facts, target, facts.Roles).Decide(permission, target, change.Now).IsAllowed)
        {
            throw Refusal.PermissionDenied(
                permission.ToName(), account is { } named ? $"{new AccountName(named)}" : "", contacts: null);
        }
    }

    private static void Require(AssignmentVerdict? verdict, IReadOnlyCollection<RoleAssignment> roles)
    {
        if (verdict is null)
        {
            return;
        }

        var role = new RoleName(verdict.RoleId);
        var scope = roles.First(one => one.Scope == verdict.Scope).ScopeName;
        throw verdict.Problem switch
        {
            AssignmentProblem.PermissionMissing => Refusal.PermissionDenied(
                (verdict.Missing ?? Permission.AccessManage).ToName(), scope, contacts: null),
            AssignmentProblem.RoleUnknown => Refusal.RoleNotAllowed(role, scope, "is not known any more"),
            AssignmentProblem.RoleIsLegacy => Refusal.RoleNotAllowed(role, scope, "is kept to be read only"),
            AssignmentProblem.ScopeKindNotAllowed => Refusal.RoleNotAllowed(role, scope, "is not for things of this kind"),
            AssignmentProblem.SystemUsersOnly => Refusal.RoleNotAllowed(role, scope, "is for people of the system alone"),
            AssignmentProblem.SubjectElsewhere => Refusal.RoleNotAllowed(
                role, scope, "is for those who belong to that account, to one above it or to the system"),
            _ => Refusal.RoleNotAssignable(role, scope),
        };
    }

    private async Task<List<AssignmentStep>> StepsAsync(
        IReadOnlyCollection<RoleAssignment> roles, CancellationToken cancellationToken)
    {
        var targets = roles.Select(role => (role.RoleId, Scopes: ScopesOf(role))).ToList();
        var facts = await ReadAsync(
            [.. roles.Select(role => role.AccountId).OfType<Guid>().Distinct()],
            [.. targets.SelectMany(target => target.Scopes).Select(scope => scope.Id).Distinct()],
            cancellationToken);
        var book = await change.Db.ReadRolesAsync(roles.Select(role => role.RoleId), cancellationToken);
        return [.. targets.Select(one =>
        {
            var target = AccessTarget.Of(one.Scopes);
            return new AssignmentStep(ViewOf(facts, target, book), target, one.RoleId);
        })];
    }

    private Task<AccessFacts> ReadAsync(
        IReadOnlyCollection<Guid> accounts, IReadOnlyCollection<Guid> scopes, CancellationToken cancellationToken) =>
        AccessReader.ReadLockedAsync(
            change.Db,
            caller switch
            {
                Caller.User user => user.Id,
                Caller.ServiceAccount account => account.Id,
                _ => Guid.Empty,
            },
            accounts,
            scopes,
            cancellationToken);

    /// <param name="facts">What the caller holds.</param>
    /// <param name="target">On what.</param>
    /// <param name="book">With all roles that are asked about; the facts know those alone that the caller holds.</param>
    private AccessView ViewOf(AccessFacts facts, in AccessTarget target, RoleBook book)
    {
        var view = facts.ViewOf(target);
        var isBootstrap = caller is Caller.BootstrapAdministrator;
        return new AccessView
        {
            // Nothing is kept of the owner of a machine without any administrator, who is as good as one.
            Principal = isBootstrap
                ? new PrincipalSnapshot(Guid.Empty, PrincipalKind.ServiceAccount) { IsOfSystem = true }
                : view.Principal,
            System = isBootstrap
                ? GrantIndex.Create([new Grant(Guid.Empty, Guid.Empty, Role.SystemAdministrator, Guid.Empty)])
                : view.System,
            Roles = facts.Roles.Roles.Count > book.Roles.Count ? facts.Roles : book,
            Accounts = view.Accounts,
            Product = view.Product,
        };
    }

    private static IReadOnlyList<Scope> ScopesOf(RoleAssignment role) =>
        ResourcePath.TryParse(role.ScopeName, out var path)
            ? path.Scopes
            : throw new InvalidOperationException($"{role.Name} stands on nothing that has a name.");
}
