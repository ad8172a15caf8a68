using System.Collections.Immutable;
using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.People;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Groups;

/// <summary>A user or service account that is to come into a group or to leave it, by its name.</summary>
internal readonly record struct Joiner(PrincipalKind Kind, Guid Id, string Name)
{
    private const string Field = "member";

    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>: not of such a format, or a group.</exception>
    public static Joiner Parse(string text)
    {
        if (text.StartsWith("users/", StringComparison.Ordinal))
        {
            return new Joiner(PrincipalKind.User, UserName.Parse(text, Field).UserId, text);
        }

        return text.Contains("groups/", StringComparison.Ordinal)
            ? throw Refusal.InvalidArgument(Field, "must be a user or a service account: groups are flat")
            : new Joiner(PrincipalKind.ServiceAccount, ServiceAccountName.Parse(text, Field).ServiceAccountId, text);
    }

    /// <summary>As a rule sees it.</summary>
    /// <exception cref="EntitlementException">
    /// It is not one for the group: it does not exist, or belongs neither to the group's account, nor to one above it, nor to the
    /// system. Which of these is not told.
    /// </exception>
    public async Task<AssignmentSubject> FindForAsync(
        EntitlementDbContext db, GroupName group, CancellationToken cancellationToken)
    {
        var subject = Kind == PrincipalKind.User
            ? await FindUserAsync(db, cancellationToken)
            : await FindServiceAccountAsync(db, cancellationToken);
        return subject is not null
            && (subject.IsOfSystem
                || (group.AccountId is { } account && (await db.ListAncestorsAsync(account, cancellationToken))
                    .Any(above => subject.AccountIds.Contains(above.AncestorId))))
                ? subject
                : throw Refusal.NotFound(Name);
    }

    private async Task<AssignmentSubject?> FindUserAsync(EntitlementDbContext db, CancellationToken cancellationToken)
    {
        var id = Id;
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(
            user => user.Id == id && user.EraseTime == null, cancellationToken);
        return user is null ? null : new AssignmentSubject(
            id,
            Kind,
            user.Scope == UserScope.System,
            [.. await db.Memberships.Where(row => row.UserId == id).Select(row => row.AccountId).ToListAsync(cancellationToken)]);
    }

    private async Task<AssignmentSubject?> FindServiceAccountAsync(EntitlementDbContext db, CancellationToken cancellationToken)
    {
        var id = Id;
        var account = await db.ServiceAccounts.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
        return account is null || $"{account.Name}" != Name ? null : new AssignmentSubject(
            id,
            Kind,
            account.AccountId is null,
            account.AccountId is { } owner ? [owner] : ImmutableArray<Guid>.Empty);
    }
}
