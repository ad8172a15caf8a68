using Entitlement.Domain.Trials;
using Entitlement.Formats;

namespace Entitlement.Server.Trials;

/// <summary>What of a license request a machine is known again by.</summary>
internal static class MachineMarks
{
    /// <summary>The hashes of all kinds that count; each holds the product's code, so that products do not meet.</summary>
    public static IEnumerable<MachineMark> ToMarks(this MachineComponents components) =>
        from component in components.Kinds
        let kind = TrialMarks.KindOf(MachineComponents.Name(component))
        where kind is not null
        from hash in components[component]
        select new MachineMark(kind.Value, hash);
}
