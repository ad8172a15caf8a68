using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access.Cache;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.V1;
using Microsoft.EntityFrameworkCore;
using HeldRole = Entitlement.Domain.Access.HeldRole;
using RoleAssignment = Entitlement.Domain.Access.RoleAssignment;

namespace Entitlement.Server.Access.Answers;

/// <summary>
/// Tells what a change of access would do. A role that is given adds what it allows; one that is taken away takes what
/// nothing else allows: so what is asked of each principal is the same decision as ever, with some roles left out or
/// added.
/// </summary>
internal sealed class AccessDryRun(
    AccessReader reader, AccessDecider decider, IDbContextFactory<EntitlementDbContext> contexts)
{
    private const int MaxMembers = 100;

    public async Task<DryRunAccessChangeResponse> TryAsync(
        Caller caller, AccessDraft draft, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var plan = await PlanAsync(new Drafting(db, caller, cancellationToken), draft);
        var answer = new DryRunAccessChangeResponse
        {
            MoreMembers = plan.MoreMembers,
            ConsistencyToken = ConsistencyToken.Of(await db.ReadVersionAsync(cancellationToken)),
        };
        var joined = plan.Joins is { } group ? await ReadAsync(group) : null;
        foreach (var (id, name) in plan.Principals)
        {
            var facts = await ReadAsync(id);
            answer.Effects.AddRange(plan.Scopes
                .Select(scope => EffectOn(facts, joined, name, scope, plan, now))
                .Where(effect => effect.Gained.Count + effect.Lost.Count > 0));
            answer.ConsistencyToken = ConsistencyToken.Of(facts.Version);
        }

        return answer;

        Task<AccessFacts> ReadAsync(Guid id) => reader.ReadAsync(
            id,
            [.. plan.Scopes.Where(scope => scope.AccountId is not null).Select(scope => scope.AccountId ?? Guid.Empty)],
            [.. plan.Scopes.SelectMany(scope => scope.Scopes).Select(scope => scope.Id)],
            cancellationToken);
    }

    /// <param name="facts">About the principal.</param>
    /// <param name="joined">About the group that it joins; null when it joins none.</param>
    /// <param name="principal">Its name.</param>
    /// <param name="scope">On what.</param>
    /// <param name="plan">The change.</param>
    /// <param name="now">The moment.</param>
    private static AccessEffect EffectOn(
        AccessFacts facts, AccessFacts? joined, string principal, ResourcePath scope, Plan plan, DateTimeOffset now)
    {
        var target = AccessTarget.Of(scope.Scopes);
        var view = facts.ViewOf(target);
        var before = view.PermissionsOn(target, now);
        var after = view.PermissionsOn(target, now, held => !plan.Loses(held));
        if (facts.Principal.IsEnabled)
        {
            after |= plan.Given;
            after = (joined?.ViewOf(target).RolesOn(target, now) ?? [])
                .Aggregate(after, (set, held) => set | (held.Role?.Permissions ?? PermissionSet.Empty));
        }

        return new AccessEffect
        {
            Principal = principal,
            Scope = scope.ScopeName,
            Gained = { after.Except(before).ToList().Select(permission => permission.ToMessage()) },
            Lost = { before.Except(after).ToList().Select(permission => permission.ToMessage()) },
        };
    }

    private Task<Plan> PlanAsync(Drafting drafting, AccessDraft draft) => draft.ChangeCase switch
    {
        AccessDraft.ChangeOneofCase.Assign => AssignAsync(drafting, draft.Assign),
        AccessDraft.ChangeOneofCase.Unassign => UnassignAsync(drafting, draft.Unassign),
        AccessDraft.ChangeOneofCase.Join => MemberAsync(drafting, draft.Join, "draft.join", joins: true),
        AccessDraft.ChangeOneofCase.Leave => MemberAsync(drafting, draft.Leave, "draft.leave", joins: false),
        AccessDraft.ChangeOneofCase.None => throw Refusal.InvalidArgument("draft.change", "is required"),
    };

    private async Task<Plan> AssignAsync(Drafting drafting, AccessDraft.Types.Assignment draft)
    {
        var name = RoleName.Parse(draft.Role, "draft.assign.role");
        if (!ResourcePath.TryParse(draft.Scope, out var scope)
            || scope.UserId is not null
            || scope.ScopeName != draft.Scope)
        {
            throw Refusal.InvalidArgument(
                "draft.assign.scope", "must name what a role can be assigned on, or be empty");
        }

        await decider.RequireAsync(drafting.Caller, V1.Permission.AccessRead, draft.Scope, drafting.Token);
        var roles = await drafting.Db.ReadRolesAsync(drafting.Token);
        var role = roles.Find(name.RoleId) ?? throw Refusal.NotFound($"{name}");
        var (principals, more) = draft.Subject.Contains("groups/", StringComparison.Ordinal)
            ? await MembersAsync(drafting, await FindGroupAsync(drafting, draft.Subject, "draft.assign.subject"))
            : ([await FindAsync(drafting, Inquiry.PrincipalId(draft.Subject, "draft.assign.subject"))], 0);
        return new Plan([scope], principals) { MoreMembers = more, Given = role.Permissions };
    }

    private async Task<Plan> UnassignAsync(Drafting drafting, string draft)
    {
        var name = RoleAssignmentName.Parse(draft, "draft.unassign");
        var row = await drafting.Db.RoleAssignments
            .SingleOrDefaultAsync(one => one.Id == name.RoleAssignmentId, drafting.Token);
        if (row is null || !await MaySeeAsync(drafting, V1.Permission.AccessRead, row.ScopeName))
        {
            throw Refusal.NotFound(draft);
        }

        var (principals, more) = row.SubjectKind == PrincipalKind.Group
            ? await MembersAsync(drafting, row.SubjectId)
            : ([await FindAsync(drafting, row.SubjectId)], 0);
        return new Plan([PathOf(row)], principals)
        {
            MoreMembers = more,
            Loses = held => held.Grant.AssignmentId == row.Id,
        };
    }

    /// <summary>Of what the group holds where the caller may not see it, nothing is told.</summary>
    private async Task<Plan> MemberAsync(
        Drafting drafting, AccessDraft.Types.Membership draft, string field, bool joins)
    {
        var group = await FindGroupAsync(drafting, draft.Group, $"{field}.group");
        var principal = await FindAsync(drafting, Inquiry.PrincipalId(draft.Principal, $"{field}.principal"));
        var rows = await drafting.Db.RoleAssignments
            .Where(one => one.SubjectId == group)
            .OrderBy(one => one.Id)
            .ToListAsync(drafting.Token);
        var scopes = new List<ResourcePath>();
        foreach (var scope in rows.Select(PathOf).DistinctBy(path => path.ScopeName))
        {
            if (await MaySeeAsync(drafting, V1.Permission.AccessRead, scope.ScopeName))
            {
                scopes.Add(scope);
            }
        }

        return new Plan(scopes, [principal])
        {
            Joins = joins ? group : null,
            Loses = held => !joins && held.GroupId == group,
        };
    }

    private async ValueTask<bool> MaySeeAsync(Drafting drafting, V1.Permission permission, string resource) =>
        await decider.HoldsAsync(drafting.Caller, permission, resource, drafting.Token);

    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.NotFound"/>, also for a group that the caller may not see.
    /// </exception>
    private async Task<Guid> FindGroupAsync(Drafting drafting, string text, string field)
    {
        var name = GroupName.Parse(text, field);
        var owner = name.AccountId is { } account ? $"{new AccountName(account)}" : "";
        return await MaySeeAsync(drafting, V1.Permission.GroupRead, owner)
            && await drafting.Db.Groups.AnyAsync(
                one => one.Id == name.GroupId && one.AccountId == name.AccountId, drafting.Token)
            ? name.GroupId
            : throw Refusal.NotFound($"{name}");
    }

    private static async Task<(List<(Guid Id, string Name)> Principals, int More)> MembersAsync(
        Drafting drafting, Guid group)
    {
        var members = drafting.Db.GroupMembers.Where(one => one.GroupId == group);
        var count = await members.CountAsync(drafting.Token);
        var ids = await members
            .OrderBy(one => one.PrincipalId)
            .Take(MaxMembers)
            .Select(one => one.PrincipalId)
            .ToListAsync(drafting.Token);
        var services = await drafting.Db.ServiceAccounts
            .Where(one => ids.Contains(one.Id))
            .ToDictionaryAsync(one => one.Id, one => $"{one.Name}", drafting.Token);
        return ([.. ids.Select(id => (id, services.GetValueOrDefault(id, $"{new UserName(id)}")))], count - ids.Count);
    }

    /// <exception cref="EntitlementException"><see cref="FailureReason.NotFound"/>.</exception>
    private static async Task<(Guid Id, string Name)> FindAsync(Drafting drafting, Guid principal)
    {
        var user = $"{new UserName(principal)}";
        if (await drafting.Db.Users.AnyAsync(one => one.Id == principal, drafting.Token))
        {
            return (principal, user);
        }

        var account = await drafting.Db.ServiceAccounts
            .SingleOrDefaultAsync(one => one.Id == principal, drafting.Token);
        return account is null ? throw Refusal.NotFound(user) : (principal, $"{account.Name}");
    }

    private static ResourcePath PathOf(RoleAssignment row) =>
        ResourcePath.TryParse(row.ScopeName, out var path)
            ? path
            : throw new InvalidOperationException($"{row.Name} is on {row.ScopeName}, which is no scope.");

    /// <summary>Where to read, for whom.</summary>
    private sealed record Drafting(EntitlementDbContext Db, Caller Caller, CancellationToken Token);

    /// <param name="Scopes">On what the effect is looked for.</param>
    /// <param name="Principals">On whom.</param>
    private sealed record Plan(IReadOnlyList<ResourcePath> Scopes, IReadOnlyList<(Guid Id, string Name)> Principals)
    {
        /// <summary>How many more members a group has.</summary>
        public int MoreMembers { get; init; }

        /// <summary>What is given on the one scope.</summary>
        public PermissionSet Given { get; init; }

        /// <summary>The group that is joined; null for none.</summary>
        public Guid? Joins { get; init; }

        /// <summary>Whether a role that is held now would not be then.</summary>
        public Func<HeldRole, bool> Loses { get; init; } = _ => false;
    }
}
