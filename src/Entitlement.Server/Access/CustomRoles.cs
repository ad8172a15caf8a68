using Entitlement.Domain.Access;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Access;

/// <summary>Reads roles that were made here, to stand beside those that come with the service.</summary>
internal static class CustomRoles
{
    /// <param name="db">Where they are.</param>
    /// <param name="wanted">Ids of the roles that matter: where all of them come with the service, nothing is read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<RoleBook> ReadRolesAsync(
        this EntitlementDbContext db, IEnumerable<string> wanted, CancellationToken cancellationToken) =>
        wanted.All(RoleBook.BuiltIn.Roles.ContainsKey) ? RoleBook.BuiltIn : await db.ReadRolesAsync(cancellationToken);

    public static async Task<RoleBook> ReadRolesAsync(this EntitlementDbContext db, CancellationToken cancellationToken)
    {
        var custom = await db.Roles.AsNoTracking().ToListAsync(cancellationToken);
        return custom.Count == 0 ? RoleBook.BuiltIn : RoleBook.Create(custom.Select(role => role.ToDefinition()));
    }
}
