using Entitlement.Domain.Notifications;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Activations;

/// <summary>Sends a license file to the person who had it issued, beside the answer to the call.</summary>
internal static class LicenseFileMessage
{
    /// <param name="db">The context of the transaction that issues the file; the message is written at once.</param>
    /// <param name="change">What is issued.</param>
    /// <param name="personId">Who called; somebody who was erased meanwhile gets nothing.</param>
    /// <param name="cancellationToken">Stops before the next statement.</param>
    public static async Task SendAsync(
        EntitlementDbContext db, ActivationChange change, Guid personId, CancellationToken cancellationToken)
    {
        var person = await db.Users.AsNoTracking()
            .SingleOrDefaultAsync(user => user.Id == personId && user.Email != null, cancellationToken);
        if (person is not { Email: { } email })
        {
            return;
        }

        var product = await db.Products
            .Where(row => row.Id == change.License.ProductId)
            .Select(row => row.DisplayName)
            .SingleAsync(cancellationToken);
        var until = change.Activation.FileExpireTime is { } end ? MessageContent.Tell(end) : null;
        db.Send(
            new Recipient(person.Id, email, person.DisplayName),
            MessageContent.LicenseFile(change.File, product, change.Activation.MachineName, change.License.Slc.Ending, until),
            change.Activation.UpdateTime);
        await db.SaveChangesAsync(cancellationToken);
    }
}
