using System.Collections.Immutable;
using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.People;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Roles;

/// <summary>Who is to hold a role or to lose it, by its name.</summary>
internal readonly record struct Subject(PrincipalKind Kind, Guid Id, string Name)
{
    /// <param name="text">What the caller sent.</param>
    /// <param name="field">The request field it came in, for the refusal.</param>
    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>: nobody is called so.</exception>
    public static Subject Parse(string text, string field)
    {
        if (text.StartsWith("users/", StringComparison.Ordinal))
        {
            return new Subject(PrincipalKind.User, UserName.Parse(text, field).UserId, text);
        }

        return text.Contains("groups/", StringComparison.Ordinal)
            ? new Subject(PrincipalKind.Group, GroupName.Parse(text, field).GroupId, text)
            : new Subject(PrincipalKind.ServiceAccount, ServiceAccountName.Parse(text, field).ServiceAccountId, text);
    }

    /// <summary>As a rule sees it.</summary>
    /// <exception cref="EntitlementException"><see cref="FailureReason.NotFound"/>.</exception>
    public async Task<AssignmentSubject> FindAsync(EntitlementDbContext db, CancellationToken cancellationToken)
    {
        var found = Kind switch
        {
            PrincipalKind.User => await FindUserAsync(db, cancellationToken),
            PrincipalKind.ServiceAccount => await FindServiceAccountAsync(db, cancellationToken),
            PrincipalKind.Group => await FindGroupAsync(db, cancellationToken),
        };
        return found ?? throw Refusal.NotFound(Name);
    }

    private async Task<AssignmentSubject?> FindUserAsync(EntitlementDbContext db, CancellationToken cancellationToken)
    {
        var id = Id;
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id && row.EraseTime == null, cancellationToken);
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
        return account is not null && $"{account.Name}" == Name ? Owned(account.AccountId) : null;
    }

    private async Task<AssignmentSubject?> FindGroupAsync(EntitlementDbContext db, CancellationToken cancellationToken)
    {
        var id = Id;
        var group = await db.Groups.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
        return group is not null && $"{group.Name}" == Name ? Owned(group.AccountId) : null;
    }

    private AssignmentSubject Owned(Guid? account) =>
        new(Id, Kind, account is null, account is { } owner ? [owner] : ImmutableArray<Guid>.Empty);
}
