using Entitlement.Domain.Access;
using Entitlement.Domain.Audit;
using Entitlement.Storage.Access;
using Entitlement.Storage.Writing;

namespace Entitlement.Server.Access;

/// <summary>Makes system administrators, from the machine that can reach the database and by nobody over the network.</summary>
internal sealed class AdministratorCommand(Writer writer, TimeProvider clock, ILogger<AdministratorCommand> logger)
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
}
