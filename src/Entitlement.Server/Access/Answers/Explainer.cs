using System.Collections.Immutable;
using Entitlement.Domain.Access;
using Entitlement.Domain.Names;
using Entitlement.Server.Errors;
using Entitlement.Storage;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;
using HeldRole = Entitlement.Domain.Access.HeldRole;
using Permission = Entitlement.Domain.Access.Permission;
using ScopeKind = Entitlement.Domain.Access.ScopeKind;

namespace Entitlement.Server.Access.Answers;

/// <summary>
/// Tells roles and reasons by the names that people know. To somebody else than the principal, what is assigned on a
/// scope is told as far as that one may see it: a customer's supervisor learns that a role on an account above reaches
/// theirs, and not through which of the vendor's groups.
/// </summary>
internal sealed class Explainer(
    IDbContextFactory<EntitlementDbContext> contexts, AccessContactReader contacts, TimeProvider clock)
{
    public async Task<PermissionExplanation> ExplainAsync(
        Answer answer, Permission permission, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var told = answer.Views(0, permission)
            .Select(one => (one.Target, Explanation: one.View.Explain(permission, one.Target, now)))
            .OrderByDescending(one => one.Explanation.Decision.IsAllowed)
            .First();
        var explanation = told.Explanation;
        var message = new PermissionExplanation
        {
            Allowed = explanation.Decision.IsAllowed,
            Source = explanation.Decision.Source.ToMessage(),
            Roles = { await TellAsync(answer, explanation.Giving, cancellationToken) },
            EndedRoles = { await TellAsync(answer, explanation.Ended, cancellationToken) },
            SufficientRoles = { explanation.Sufficient.Select(role => $"{new RoleName(role.Id)}") },
        };
        if (!message.Allowed)
        {
            var refusal = await contacts.RefuseAsync(
                answer.Facts.Principal, permission, answer.Resources[0].Name, told.Target, now, cancellationToken);
            message.Contacts = refusal.Contacts?.ToMessage();
        }

        message.Sentences.AddRange(Sentences.Of(message, permission, explanation, answer.IsOwn));
        return message;
    }

    /// <summary>Roles as the contract tells them.</summary>
    public async Task<IReadOnlyList<V1.HeldRole>> TellAsync(
        Answer answer, IReadOnlyList<HeldRole> held, CancellationToken cancellationToken)
    {
        if (held.Count == 0)
        {
            return [];
        }

        var names = await ReadNamesAsync(held, cancellationToken);
        return [.. held.Select(one => Tell(answer, one, names))];
    }

    private V1.HeldRole Tell(Answer answer, HeldRole held, Names names)
    {
        var maySee = answer.Asker is null || answer.IsOwn || MaySee(answer.Asker, held.Scope, names);
        var message = new V1.HeldRole
        {
            Role = $"{new RoleName(held.Grant.RoleId)}",
            RoleDisplayName = held.Role?.DisplayName ?? "",
            Scope = names.Scopes.GetValueOrDefault(held.Grant.AssignmentId, ""),
            Inherited = held.IsInherited,
            ExpireTime = held.Grant.Until?.ToTimestamp(),
        };
        if (maySee)
        {
            message.RoleAssignment = $"{new RoleAssignmentName(held.Grant.AssignmentId)}";
            message.ScopeDisplayName = names.Things.GetValueOrDefault(held.Scope.Id, "");
        }

        if (maySee && held.GroupId is { } group && names.Groups.TryGetValue(group, out var found))
        {
            message.Group = $"{found.Name}";
            message.GroupDisplayName = found.DisplayName;
        }

        return message;
    }

    /// <summary>
    /// By the asker's facts, which reach from the resource up to the system: scopes above are among them.
    /// </summary>
    private bool MaySee(Answer asker, Scope scope, Names names)
    {
        var target = scope.Kind switch
        {
            ScopeKind.System => AccessTarget.System,
            ScopeKind.Product => AccessTarget.Product(scope.Id),
            _ => AccessTarget.Account(names.AccountOf.GetValueOrDefault(scope.Id, scope.Id)),
        };
        return asker.Facts.Decide(Permission.AccessRead, target, clock.GetUtcNow()).IsAllowed;
    }

    private async Task<Names> ReadNamesAsync(IReadOnlyList<HeldRole> held, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var assignments = held.Select(one => one.Grant.AssignmentId).ToList();
        var groups = held.Where(one => one.GroupId is not null).Select(one => one.GroupId ?? Guid.Empty).ToList();
        var rows = await db.RoleAssignments
            .Where(one => assignments.Contains(one.Id))
            .Select(one => new { one.Id, one.ScopeName, one.ScopeId, one.AccountId })
            .ToListAsync(cancellationToken);
        return new Names(
            rows.ToDictionary(one => one.Id, one => one.ScopeName),
            rows.Where(one => one.AccountId is not null)
                .DistinctBy(one => one.ScopeId)
                .ToDictionary(one => one.ScopeId, one => one.AccountId ?? Guid.Empty),
            await ReadThingsAsync(db, [.. held.Select(one => one.Scope)], cancellationToken),
            groups.Count == 0
                ? []
                : await db.Groups
                    .Where(one => groups.Contains(one.Id))
                    .ToDictionaryAsync(one => one.Id, one => (one.Name, one.DisplayName), cancellationToken));
    }

    /// <summary>What people call the accounts, projects, waves and batches among the scopes.</summary>
    private static async Task<Dictionary<Guid, string>> ReadThingsAsync(
        EntitlementDbContext db, ImmutableArray<Scope> scopes, CancellationToken cancellationToken)
    {
        var names = new Dictionary<Guid, string>();
        foreach (var kind in scopes.Select(scope => scope.Kind).Distinct())
        {
            var ids = scopes.Where(scope => scope.Kind == kind).Select(scope => scope.Id).ToList();
            var rows = kind switch
            {
                ScopeKind.Account => db.Accounts.Where(one => ids.Contains(one.Id)).Select(one => new { one.Id, one.DisplayName }),
                ScopeKind.Project => db.Projects.Where(one => ids.Contains(one.Id)).Select(one => new { one.Id, one.DisplayName }),
                ScopeKind.Wave => db.Waves.Where(one => ids.Contains(one.Id)).Select(one => new { one.Id, one.DisplayName }),
                ScopeKind.Batch => db.Batches.Where(one => ids.Contains(one.Id)).Select(one => new { one.Id, one.DisplayName }),
                _ => null,
            };
            foreach (var row in rows is null ? [] : await rows.ToListAsync(cancellationToken))
            {
                names[row.Id] = row.DisplayName;
            }
        }

        return names;
    }

    private sealed record Names(
        Dictionary<Guid, string> Scopes,
        Dictionary<Guid, Guid> AccountOf,
        Dictionary<Guid, string> Things,
        Dictionary<Guid, (GroupName Name, string DisplayName)> Groups);
}
