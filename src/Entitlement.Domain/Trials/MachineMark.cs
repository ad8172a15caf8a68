namespace Entitlement.Domain.Trials;

/// <summary>
/// What a machine is known again by. Stored by number; the lower the number, the more it tells, and where two marks
/// lead to two trials the lower one counts.
/// </summary>
public enum TrialMarkKind
{
    /// <summary>The thumbprint of an installation's instance key.</summary>
    InstanceKey = 1,

    Tpm = 2,

    Board = 3,

    Vm = 4,

    /// <summary>A disk may be put into another machine.</summary>
    Disk = 5,

    /// <summary>Copied images of a disk have it in common.</summary>
    Os = 6,

    /// <summary>Docking stations and adapters pass from machine to machine.</summary>
    Mac = 7,
}

/// <summary>One mark of a machine.</summary>
/// <param name="Kind">What was hashed.</param>
/// <param name="Hash">
/// SHA-256 as base64url, 43 characters: as the license request has it, and never the value itself.
/// </param>
public readonly record struct MachineMark(TrialMarkKind Kind, string Hash)
{
    /// <summary>Whether it tells a machine by itself; what does not counts only where nothing else is known.</summary>
    public bool IsFirm => Kind is > TrialMarkKind.InstanceKey and <= TrialMarkKind.Disk;

    public bool IsHardware => Kind != TrialMarkKind.InstanceKey;
}

/// <summary>The rules of marks.</summary>
public static class TrialMarks
{
    /// <summary>Names of all kinds but the key, as license requests write them, in their order.</summary>
    public static IReadOnlyList<string> HardwareKinds { get; } =
    [
        .. Enum.GetValues<TrialMarkKind>()
            .Where(kind => kind != TrialMarkKind.InstanceKey)
            .Select(NameOf)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>As a license request writes it.</summary>
    public static string NameOf(TrialMarkKind kind) => $"{kind}".ToLowerInvariant();

    /// <summary>
    /// The kind that a license request calls so; null for a component that is no mark, such as the processor.
    /// </summary>
    public static TrialMarkKind? KindOf(string component) =>
        HardwareKinds.Contains(component) ? Enum.Parse<TrialMarkKind>(component, ignoreCase: true) : null;
}
