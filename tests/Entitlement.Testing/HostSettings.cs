using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Testing;

/// <summary>What a test's server differs in from the embedded default.</summary>
internal sealed record HostSettings
{
    public DatabaseKind Database { get; init; } = DatabaseKind.Sqlite;

    /// <summary>Options by key, such as <c>Server:Reflection</c>; they win over the host's own.</summary>
    public Dictionary<string, string?> Options { get; init; } = [];

    /// <summary>Null for the real one.</summary>
    public TimeProvider? Clock { get; init; }

    /// <summary>What is added to the server, such as a service of a test's own.</summary>
    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>Whether a folder of its own is a new one; else the one named here is used and left.</summary>
    public string? DataDirectory { get; init; }
}
