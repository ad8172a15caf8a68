using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage;

/// <summary>What people sign in with, as far as it goes with something else.</summary>
public static class SignInData
{
    /// <summary>Removes all by which somebody who is erased could sign in, and from where they did.</summary>
    public static async Task EraseSignInAsync(this EntitlementDbContext db, Guid user, CancellationToken cancellationToken)
    {
        await db.Sessions.Where(session => session.UserId == user).ExecuteDeleteAsync(cancellationToken);
        await db.PasswordLinks.Where(link => link.UserId == user).ExecuteDeleteAsync(cancellationToken);
        await db.PasswordCredentials.Where(credential => credential.UserId == user).ExecuteDeleteAsync(cancellationToken);
        await db.SignInFailures.Where(failures => failures.Id == user).ExecuteDeleteAsync(cancellationToken);
        await db.ExternalIdentities.Where(identity => identity.UserId == user).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Ends links that were sent to an address which is the person's no more.</summary>
    public static Task EndPasswordLinksAsync(
        this EntitlementDbContext db, Guid user, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.PasswordLinks
            .Where(link => link.UserId == user && link.UseTime == null && link.EndTime == null)
            .ExecuteUpdateAsync(
                row => row
                    .SetProperty(link => link.EndTime, now)
                    .SetProperty(link => link.Revision, link => link.Revision + 1),
                cancellationToken);
}
