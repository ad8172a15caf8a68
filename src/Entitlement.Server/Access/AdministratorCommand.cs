using Entitlement.Domain.Access;
using Entitlement.Domain.Audit;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.People;
using Entitlement.Server.SignIn;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.Storage.Directories;
using Entitlement.Storage.Writing;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Access;

/// <summary>Makes system administrators, from the machine that can reach the database and by nobody over the network.</summary>
internal sealed class AdministratorCommand(
    Writer writer, PasswordLinks links, TimeProvider clock, ILogger<AdministratorCommand> logger)
{
    /// <summary>Who made it, in the audit trail: whoever may run commands with the server's configuration.</summary>
    private const string Actor = "operator";

    /// <param name="name">What people call it: 1 to 256 characters.</param>
    /// <param name="cancellationToken">Stops it before its commit.</param>
    /// <returns>The key, which is shown once and kept nowhere.</returns>
    public async Task<SecretToken> CreateAsync(string name, CancellationToken cancellationToken)
    {
        var secret = SecretToken.NewSecret();
        var now = clock.GetUtcNow();
        var account = ServiceAccount.Create(account: null, name, now);
        var key = ServiceAccountKey.Create(account.Id, secret, expireTime: null, now);
        var role = RoleAssignment.Create(
            PrincipalKind.ServiceAccount, account.Id, Role.SystemAdministrator, ResourcePath.System, expireTime: null, now);
        await writer.RunAsync(
            (db, token) =>
            {
                db.AddRange(account, key, role);
                db.Add(AuditRecord.Create(accountId: null, Actor, "administrator.create", $"{account.Name}", now));
                return db.RaiseAsync([(AccessThing.Principal, account.Id), (AccessThing.System, Guid.Empty)], token);
            },
            cancellationToken);
        Log.AdministratorMade(logger, account.Id);
        return SecretToken.Create(TokenKind.ApiKey, key.Id, secret);
    }

    /// <summary>Makes a person who administers the system, also when the first one's password is lost.</summary>
    /// <param name="name">The person's full name.</param>
    /// <param name="email">The person's address, which nobody may have yet.</param>
    /// <param name="cancellationToken">Stops it before its commit.</param>
    /// <returns>The token by which the password is set, which is shown once and kept nowhere.</returns>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.InvalidArgument"/>, <see cref="FailureReason.EmailTaken"/>.
    /// </exception>
    public async Task<SecretToken> CreatePersonAsync(string name, string email, CancellationToken cancellationToken)
    {
        var wanted = new NewUser(Text.PersonName(name, "name"), EmailAddress.Parse(email, "email"), PhoneNumber: null, ExternalRef: null);
        var now = clock.GetUtcNow().ToWholeMilliseconds();
        var person = User.CreateDefaultAdministrator(wanted, now);
        var role = RoleAssignment.Create(
            PrincipalKind.User, person.Id, Role.SystemAdministrator, ResourcePath.System, expireTime: null, now);
        var (link, token) = links.Make(person.Id, now);
        await writer.RunAsync(
            async (db, stop) =>
            {
                if (await db.EmailEntries.AnyAsync(entry => entry.Email == wanted.Email, stop))
                {
                    throw Refusal.EmailTaken("email");
                }

                db.AddRange(person, EmailEntry.For(person), role, link);
                db.Add(AuditRecord.Create(accountId: null, Actor, "administrator.create", $"{person.Name}", now));
                return await db.RaiseAsync([(AccessThing.Principal, person.Id), (AccessThing.System, Guid.Empty)], stop);
            },
            cancellationToken);
        Log.AdministratorMade(logger, person.Id);
        return token;
    }
}
