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
        await RequireAsync(
            AssignmentRule.Join(await StepsAsync(roles, cancellationToken), subject, change.Now), roles, cancellationToken);

    /// <param name="roles">What is to be taken away.</param>
    /// <param name="with">The permission that the caller uses: <c>access.manage</c>, or that of the call.</param>
    /// <param name="cancellationToken">Ends the look-ups.</param>
    /// <exception cref="EntitlementException">The caller may not take one of them.</exception>
    public async Task RequireTakeAsync(
        IReadOnlyCollection<RoleAssignment> roles, Permission with, CancellationToken cancellationToken) =>
        await RequireAsync(
            (await StepsAsync(roles, cancellationToken))
                .Select(step => AssignmentRule.Unassign(step, change.Now, with))
                .FirstOrDefault(verdict => !verdict.IsAllowed),
            roles,
            cancellationToken);

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

    private async Task RequireAsync(
        AssignmentVerdict? verdict, IReadOnlyCollection<RoleAssignment> roles, CancellationToken cancellationToken)
    {
        if (verdict is null)
        {
            return;
        }

        var refused = roles.First(one => one.Scope == verdict.Scope);
        var (role, scope) = (new RoleName(verdict.RoleId), refused.ScopeName);
        throw verdict.Problem switch
        {
            AssignmentProblem.RoleUnknown => Refusal.RoleNotAllowed(role, scope, "is not known any more"),
            AssignmentProblem.RoleIsLegacy => Refusal.RoleNotAllowed(role, scope, "is kept to be read only"),
            AssignmentProblem.ScopeKindNotAllowed => Refusal.RoleNotAllowed(role, scope, "is not for things of this kind"),
            AssignmentProblem.SystemUsersOnly => Refusal.RoleNotAllowed(role, scope, "is for people of the system alone"),
            AssignmentProblem.SubjectElsewhere => Refusal.RoleNotAllowed(
                role, scope, "is for those who belong to that account, to one above it or to the system"),
            _ => await RefuseAsync(change, verdict, scope, refused.AccountId, cancellationToken),
        };
    }

    /// <summary>What to tell somebody who may not give or take a role, and whom to ask.</summary>
    /// <param name="change">The transaction that refuses.</param>
    /// <param name="verdict">Why.</param>
    /// <param name="scope">Name of what the role is or would be held on.</param>
    /// <param name="account">The account that this is or belongs to; null for another.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<EntitlementException> RefuseAsync(
        Change change, AssignmentVerdict verdict, string scope, Guid? account, CancellationToken cancellationToken)
    {
        var contacts = await AccessContactReader.FindGiversAsync(change.Db, account, verdict.RoleId, change.Now, cancellationToken);
        return verdict.Problem == AssignmentProblem.PermissionMissing
            ? Refusal.PermissionDenied((verdict.Missing ?? Permission.AccessManage).ToName(), scope, contacts)
            : Refusal.RoleNotAssignable(new RoleName(verdict.RoleId), scope, contacts);
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
