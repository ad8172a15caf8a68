namespace Entitlement.FaultHost;

/// <summary>How a call and the host of faults understand each other; the tests compile this file too.</summary>
internal static class FaultNames
{
    /// <summary>The header that names the step to die at, or asks for the names of all.</summary>
    public const string Header = "fault-step";

    /// <summary>The header's value that asks.</summary>
    public const string Ask = "?";

    /// <summary>The trailer that has the names, separated by commas.</summary>
    public const string Trailer = "fault-steps";
}
