using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.Storage.Queries;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Roles;

/// <summary>A role that is to be given.</summary>
/// <param name="Subject">To whom.</param>
/// <param name="Role">Which role.</param>
/// <param name="Until">The first moment at which it is held no more; null for never.</param>
internal sealed record WantedRole(Subject Subject, RoleName Role, DateTimeOffset? Until);

/// <summary>
/// Gives roles and takes them away: the one place where this is done, so that each way to it keeps the same rules, those of
/// <see cref="AssignmentRule"/>.
/// </summary>
internal sealed class RoleGiver(AccessReader reader)
{
    /// <summary>What is known of who gives, for decisions about a scope.</summary>
    public async Task<AccessFacts> ReadAsync(Caller caller, ResourcePath path, CancellationToken cancellationToken)
    {
        Guid[] accounts = path.AccountId is { } account ? [account] : [];
        var facts = await reader.ReadAsync(
            caller is Caller.BootstrapAdministrator ? Guid.Empty : AccessDecider.PrincipalOf(caller),
            accounts,
            [.. path.Scopes.Select(scope => scope.Id)],
            cancellationToken);
        return caller is Caller.BootstrapAdministrator ? facts.AsSystemAdministrator() : facts;
    }

    /// <param name="change">The transaction; what was touched is noted, and the clock of access is locked from here on.</param>
    /// <param name="caller">Who gives.</param>
    /// <param name="scope">On what.</param>
    /// <param name="wanted">What is to be given.</param>
    /// <param name="with">The permission that the caller uses.</param>
    /// <param name="cancellationToken">Stops before the next statement.</param>
    /// <exception cref="EntitlementException">One of them can't be given; none is then.</exception>
    public async Task GiveAsync(
        Change change,
        Caller caller,
        ResourcePath scope,
        IReadOnlyCollection<WantedRole> wanted,
        Permission with,
        CancellationToken cancellationToken)
    {
        await change.Db.LockAccessAsync(cancellationToken);
        await RequireScopeAsync(change.Db, scope, cancellationToken);
        var target = AccessTarget.Of(scope.Scopes);
        var facts = await ReadAsync(caller, scope, cancellationToken);
        var roles = await change.Db.ReadRolesAsync(cancellationToken);
        var view = facts.ViewOf(target, roles);
        foreach (var one in wanted)
        {
            var subject = await one.Subject.FindAsync(change.Db, cancellationToken);
            var verdict = AssignmentRule.Assign(
                new AssignmentStep(view, target, one.Role.RoleId), subject, one.Until, change.Now, with);
            await RequireAsync(change, verdict, one.Subject.Name, scope, roles, cancellationToken);
        }

        await AddAsync(change, scope, wanted, cancellationToken);
        if (scope.Scope.Kind == ScopeKind.Account && wanted.Any(one => roles.Find(one.Role.RoleId)?.Supervises == true))
        {
            await SuperviseAsync(change, new AccountName(scope.Scope.Id), cancellationToken);
            await change.NoteSupervisionAsync([scope.Scope.Id], cancellationToken);
        }
    }

    /// <summary>Asks the same of roles that are promised to a person of an account, who has not agreed yet.</summary>
    /// <inheritdoc cref="GiveAsync"/>
    public async Task RequireGivableAsync(
        Change change, Caller caller, ResourcePath scope, IReadOnlyCollection<RoleName> wanted, CancellationToken cancellationToken)
    {
        await change.Db.LockAccessAsync(cancellationToken);
        await RequireScopeAsync(change.Db, scope, cancellationToken);
        var target = AccessTarget.Of(scope.Scopes);
        var facts = await ReadAsync(caller, scope, cancellationToken);
        var roles = await change.Db.ReadRolesAsync(cancellationToken);
        var view = facts.ViewOf(target, roles);
        var somebody = new AssignmentSubject(Guid.Empty, PrincipalKind.User, IsOfSystem: false, []);
        foreach (var role in wanted)
        {
            var verdict = AssignmentRule.Assign(
                new AssignmentStep(view, target, role.RoleId), somebody, until: null, change.Now);
            await RequireAsync(change, verdict, subject: "", scope, roles, cancellationToken);
        }
    }

    /// <summary>Takes roles that are held on exactly this scope.</summary>
    /// <inheritdoc cref="GiveAsync"/>
    public async Task TakeAsync(
        Change change,
        Caller caller,
        ResourcePath scope,
        IReadOnlyCollection<RoleAssignment> held,
        Permission with,
        CancellationToken cancellationToken)
    {
        await change.Db.LockAccessAsync(cancellationToken);
        var target = AccessTarget.Of(scope.Scopes);
        var facts = await ReadAsync(caller, scope, cancellationToken);
        var roles = await change.Db.ReadRolesAsync(cancellationToken);
        var view = facts.ViewOf(target, roles);
        foreach (var one in held)
        {
            var verdict = AssignmentRule.Unassign(new AssignmentStep(view, target, one.RoleId), change.Now, with);

            // A role that is not known any more gives nothing, and whoever manages access may clear it away.
            if (verdict.Problem != AssignmentProblem.RoleUnknown)
            {
                await RequireAsync(change, verdict, subject: "", scope, roles, cancellationToken);
            }
        }

        change.Db.RoleAssignments.RemoveRange(held);
        if (scope.Scope.Kind == ScopeKind.System)
        {
            await change.RequireAdministratorsAsync([.. held.Select(one => one.SubjectId)], cancellationToken);
        }

        Note(change, scope, "role.unassign", held.Select(one => new RoleMoved(one.SubjectId, one.RoleId, ExpireTime: null)));
        await change.NoteSupervisionAsync(held.Supervised(), cancellationToken);
    }

    /// <summary>What is held on exactly this scope by one subject; tracked.</summary>
    public static Task<List<RoleAssignment>> ListHeldAsync(
        EntitlementDbContext db, Subject subject, ResourcePath scope, CancellationToken cancellationToken)
    {
        var (holder, on) = (subject.Id, scope.Scope.Id);
        return db.RoleAssignments
            .Where(one => one.SubjectId == holder && one.ScopeId == on)
            .ToListAsync(cancellationToken);
    }

    private static async Task AddAsync(
        Change change, ResourcePath scope, IReadOnlyCollection<WantedRole> wanted, CancellationToken cancellationToken)
    {
        var (subjects, on) = (wanted.Select(one => one.Subject.Id).Distinct().ToList(), scope.Scope.Id);
        var held = (await change.Db.RoleAssignments
                .Where(one => subjects.Contains(one.SubjectId) && one.ScopeId == on)
                .ToListAsync(cancellationToken))
            .ToDictionary(one => (one.SubjectId, one.RoleId));
        var moved = new List<RoleMoved>();
        foreach (var one in wanted.DistinctBy(one => (one.Subject.Id, one.Role)))
        {
            if (held.TryGetValue((one.Subject.Id, one.Role.RoleId), out var before))
            {
                if (before.ExpireTime == one.Until)
                {
                    continue;
                }

                change.Db.RoleAssignments.Remove(before);
                await change.Db.SaveChangesAsync(cancellationToken);
            }

            change.Db.RoleAssignments.Add(RoleAssignment.Create(
                one.Subject.Kind, one.Subject.Id, one.Role.RoleId, scope, one.Until, change.Now));
            moved.Add(new RoleMoved(one.Subject.Id, one.Role.RoleId, one.Until));
        }

        Note(change, scope, "role.assign", moved);
    }

    /// <summary>
    /// Ends an account's time without a supervisor, for good: whoever had every tool by its policy keeps them as roles, which
    /// the supervisor may take away; whoever comes later begins with none.
    /// </summary>
    private static async Task SuperviseAsync(Change change, AccountName name, CancellationToken cancellationToken)
    {
        var account = await change.Db.Accounts.SingleAsync(row => row.Id == name.AccountId, cancellationToken);
        if (!account.Supervise(change.Now))
        {
            return;
        }

        string[] kept = [.. BuiltInRoles.GivenBy(account.Policy, everSupervised: false)
            .Except(BuiltInRoles.GivenBy(account.Policy, everSupervised: true), StringComparer.Ordinal)];
        var members = kept.Length == 0
            ? []
            : await change.Db.Memberships
                .Where(row => row.AccountId == name.AccountId)
                .Select(row => row.UserId)
                .ToListAsync(cancellationToken);
        _ = ResourcePath.TryParse($"{name}", out var scope);
        await change.Db.SaveChangesAsync(cancellationToken);
        await AddAsync(
            change,
            scope!,
            [.. from member in members
                from role in kept
                select new WantedRole(new Subject(PrincipalKind.User, member, $"{new UserName(member)}"), new RoleName(role), Until: null)],
            cancellationToken);
        change.Audit(name.AccountId, "account.supervise", $"{name}");
    }

    private static void Note(Change change, ResourcePath scope, string action, IEnumerable<RoleMoved> moved)
    {
        RoleMoved[] roles = [.. moved];
        if (roles.Length == 0)
        {
            return;
        }

        switch (scope)
        {
            case { AccountId: { } account }:
                change.Touch(AccessThing.Account, account);
                break;
            case { Scope: { Kind: ScopeKind.Product, Id: var product } }:
                change.Touch(AccessThing.Product, product);
                break;
            default:
                change.Touch(AccessThing.System);
                break;
        }

        change.Audit(scope.AccountId, action, scope.ScopeName.Length == 0 ? "system" : scope.ScopeName, RoleJson.Of(new RolesMoved(roles)));
    }

    private static async Task RequireScopeAsync(EntitlementDbContext db, ResourcePath scope, CancellationToken cancellationToken)
    {
        var (kind, id) = scope.Scope;
        var isThere = kind switch
        {
            ScopeKind.System => true,
            ScopeKind.Account => await db.Accounts.AnyAsync(row => row.Id == id, cancellationToken),
            ScopeKind.Product => await db.Products.AnyAsync(row => row.Id == id, cancellationToken),
            ScopeKind.License => await db.IsHeldAsync(new LicenseName(scope.AccountId ?? Guid.Empty, id), cancellationToken),
            ScopeKind.Project => await db.Projects
                .Named(ProjectName.Parse(scope.ScopeName, "scope"))
                .AnyAsync(cancellationToken),
            ScopeKind.Wave => await db.Waves.Named(WaveName.Parse(scope.ScopeName, "scope")).AnyAsync(cancellationToken),
            ScopeKind.Batch => await db.Batches.Named(BatchName.Parse(scope.ScopeName, "scope")).AnyAsync(cancellationToken),
        };
        if (!isThere)
        {
            throw Refusal.NotFound(scope.ScopeName);
        }
    }

    private static async Task RequireAsync(
        Change change, AssignmentVerdict verdict, string subject, ResourcePath scope, RoleBook roles, CancellationToken cancellationToken)
    {
        if (verdict.IsAllowed)
        {
            return;
        }

        var role = new RoleName(verdict.RoleId);
        throw verdict.Problem switch
        {
            AssignmentProblem.RoleUnknown => Refusal.NotFound($"{role}"),
            AssignmentProblem.RoleIsLegacy => Refusal.RoleNotAllowed(
                role, scope.ScopeName, $"is kept to be read only; give {new RoleName(roles.Find(role.RoleId)?.Successor ?? "")} instead"),
            AssignmentProblem.ScopeKindNotAllowed => Refusal.RoleNotAllowed(
                role, scope.ScopeName, "is not meant for things of this kind"),
            AssignmentProblem.SystemUsersOnly => Refusal.RoleNotAllowed(
                role, scope.ScopeName, "is for people of the system alone"),

            // As if it did not exist: who belongs elsewhere is nobody's business here.
            AssignmentProblem.SubjectElsewhere => Refusal.NotFound(subject),
            AssignmentProblem.EndsInThePast => Refusal.InvalidArgument("expire_time", "must be later than now"),
            _ => await RoleRights.RefuseAsync(change, verdict, scope.ScopeName, scope.AccountId, cancellationToken),
        };
    }
}
