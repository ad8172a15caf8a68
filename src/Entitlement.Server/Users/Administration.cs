using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.People;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Users;

/// <summary>
/// By whom a person is administered who is somebody else than the caller: by the only account of which the person is a member,
/// or by the system, where there are several or none and for people of the system. So no account takes somebody over by having
/// them join it.
/// </summary>
/// <param name="AccountId">Null for the system.</param>
internal readonly record struct Administration(Guid? AccountId)
{
    /// <summary>Name of what a permission must be held on; empty for the system.</summary>
    public string Resource => Messages.NameOf(AccountId);

    /// <exception cref="EntitlementException">There is no such person.</exception>
    public static async Task<Administration> FindAsync(
        EntitlementDbContext db, UserName name, CancellationToken cancellationToken)
    {
        var scope = await db.Users
            .Where(user => user.Id == name.UserId)
            .Select(user => (UserScope?)user.Scope)
            .SingleOrDefaultAsync(cancellationToken) ?? throw Refusal.NotFound($"{name}");
        var accounts = await db.Memberships
            .Where(row => row.UserId == name.UserId)
            .Select(row => row.AccountId)
            .Take(2)
            .ToListAsync(cancellationToken);
        return new Administration(scope == UserScope.Account && accounts is [var only] ? only : null);
    }
}
