using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.Notifications;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Users;

/// <summary>All that the service keeps of a person, as JSON objects; of what is secret, that it is there.</summary>
internal sealed class UserExport(EntitlementDbContext db)
{
    /// <summary>Keeps letters of all languages as they are; nothing here becomes part of a page.</summary>
    private static readonly ExportJson Json =
        new(new JsonSerializerOptions(ExportJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <exception cref="EntitlementException">There is no such person.</exception>
    public async IAsyncEnumerable<string> ListAsync(
        UserName name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var user = await db.Users.SingleOrDefaultAsync(user => user.Id == name.UserId, cancellationToken)
            ?? throw Refusal.NotFound($"{name}");
        yield return Write(new ExportedUser(
            $"{name}", user.DisplayName, user.Email, user.PhoneNumber, user.ExternalRef, $"{user.Scope}", user.IsEnabled,
            user.IsDefaultAdministrator, Messages.NameOf(user.PrimaryAccountId), user.CreateTime, user.EraseTime));
        foreach (var part in await ListBelongingsAsync(user.Id, cancellationToken))
        {
            yield return Write(part);
        }

        foreach (var list in new[] { ListSignInAsync(user.Id), ListMessagesAsync(user.Id), ListActsAsync(name) })
        {
            await foreach (var part in list.WithCancellation(cancellationToken))
            {
                yield return Write(part);
            }
        }
    }

    private static string Write(Exported part) => JsonSerializer.Serialize(part, Json.Exported);

    private async Task<IReadOnlyList<Exported>> ListBelongingsAsync(Guid person, CancellationToken cancellationToken)
    {
        var memberships = await db.Memberships.Where(row => row.UserId == person).ToListAsync(cancellationToken);
        var invitations = await db.Invitations.Where(row => row.UserId == person).ToListAsync(cancellationToken);
        var belongings = await Belongings.OfAsync(db, person, cancellationToken);
        return
        [
            .. memberships.Select(row => new ExportedMembership(Messages.NameOf(row.AccountId), row.CreateTime)),
            .. invitations.Select(row => new ExportedInvitation($"{row.Name}", row.Email, row.Roles, row.CreateTime, row.ExpireTime)),
            .. belongings.Groups.Select(one => new ExportedGroup(
                $"{one.Group.Name}", one.Group.DisplayName, one.Place.CreateTime)),
            .. belongings.Roles.Select(row => new ExportedRole(
                $"{row.Name}", $"{new RoleName(row.RoleId)}", row.ScopeName, row.CreateTime, row.ExpireTime)),
        ];
    }

    private async IAsyncEnumerable<Exported> ListSignInAsync(Guid person)
    {
        await foreach (var row in db.PasswordCredentials.Where(row => row.UserId == person).AsAsyncEnumerable())
        {
            yield return new ExportedPassword(row.ChangeTime, row.InitialUntil);
        }

        await foreach (var row in db.PasswordLinks.Where(row => row.UserId == person).AsAsyncEnumerable())
        {
            yield return new ExportedPasswordLink(row.CreateTime, row.ExpireTime, row.UseTime, row.EndTime);
        }

        await foreach (var row in db.SignInFailures.Where(row => row.Id == person).AsAsyncEnumerable())
        {
            yield return new ExportedFailures(
                row.Failures, row.LockedUntil, row.KnownFailures, row.KnownLockedUntil, row.LastTime);
        }

        await foreach (var row in db.ExternalIdentities.Where(row => row.UserId == person).AsAsyncEnumerable())
        {
            yield return new ExportedIdentity(row.Issuer, row.Subject, row.CreateTime);
        }

        await foreach (var row in db.Sessions.Where(row => row.UserId == person).OrderBy(row => row.Id).AsAsyncEnumerable())
        {
            yield return new ExportedSession(
                $"{row.Name}", row.Origin, row.CreateTime, row.LastUseTime, row.ExpireTime, row.EndTime);
        }
    }

    private async IAsyncEnumerable<Exported> ListMessagesAsync(Guid person)
    {
        await foreach (var row in db.OutboxMessages.Where(row => row.PersonId == person).OrderBy(row => row.Id).AsAsyncEnumerable())
        {
            yield return new ExportedMessage(
                $"{new MessageName(row.Id)}", $"{row.Kind}", $"{row.State}", row.Address, row.Name, ValuesOf(row), row.LastFailure,
                row.CreateTime, row.EndTime);
        }
    }

    /// <summary>What the person did, and what was done to the person.</summary>
    private async IAsyncEnumerable<Exported> ListActsAsync(UserName name)
    {
        var (actor, member) = ($"{name}", $"/members/{name.UserId}");
        await foreach (var row in db.IdempotencyRecords.Where(row => row.Caller == actor).AsAsyncEnumerable())
        {
            yield return new ExportedCall(row.Method, row.Resource, row.CreateTime);
        }

        await foreach (var row in db.AuditRecords
            .Where(row => row.Actor == actor || row.Resource == actor || row.Resource.EndsWith(member))
            .AsAsyncEnumerable())
        {
            yield return new ExportedAct(row.Time, row.Actor, row.Action, row.Resource, row.Reason);
        }
    }

    /// <summary>Null once it was sent, because nothing is kept of it then.</summary>
    private static IReadOnlyDictionary<string, string>? ValuesOf(OutboxMessage message) =>
        message.Values.Length == 0 ? null : message.ReadValues();
}
