namespace Entitlement.CommandLine.Rpc;

/// <summary>Resource names as people type them.</summary>
internal static class ResourceNames
{
    /// <summary>A bare id gets its collection put before it; the service judges everything else.</summary>
    public static string Complete(string collection, string typed) =>
        typed.Contains('/', StringComparison.Ordinal) ? typed : $"{collection}/{typed}";
}
