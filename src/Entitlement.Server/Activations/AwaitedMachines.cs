using Entitlement.Domain.Activations;
using Entitlement.Domain.Licenses;
using Entitlement.Formats;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Activations;

/// <summary>Knows machines that another system licensed, when they come for the first time.</summary>
internal static class AwaitedMachines
{
    /// <summary>
    /// The activation that awaits the machine of a request. By its components, where the other system had any: as many
    /// kinds must match as an offline check asks for, and the best match is taken. Else by its name, in any case; of two
    /// that bear the same name either is as good, and the older is taken.
    /// </summary>
    /// <returns>
    /// Null when none does. As it was read: whoever takes it over first changes its revision, and the other decides anew.
    /// </returns>
    public static async Task<Activation?> FindAwaitedAsync(
        this EntitlementDbContext db, License license, ReceivedRequest request, CancellationToken cancellationToken)
    {
        var awaited = await db.Activations.AsNoTracking()
            .Where(row => row.AccountId == license.AccountId && row.LicenseId == license.Id)
            .Where(row => row.Generation == 0 && row.End == null)
            .OrderBy(row => row.Id)
            .ToListAsync(cancellationToken);
        return awaited
            .Select(row => (Activation: row, Likeness: LikenessOf(row, request, license.MachineMatch)))
            .Where(row => row.Likeness is not null)
            .OrderByDescending(row => row.Likeness)
            .FirstOrDefault()
            .Activation;
    }

    /// <returns>How many kinds of component match; 0 for a match by name; null for none.</returns>
    private static int? LikenessOf(Activation awaited, ReceivedRequest request, int wanted)
    {
        if (!awaited.HasComponents)
        {
            return string.Equals(awaited.MachineName, request.Machine.MachineName, StringComparison.OrdinalIgnoreCase)
                ? 0
                : null;
        }

        var known = MachineComponents.Parse(awaited.Components);
        var matches = request.Components.CountMatches(known);
        return matches >= Math.Min(wanted, known.KindCount) ? matches : null;
    }
}
