namespace Entitlement.Domain.Activations;

/// <summary>What a license request says about the installation that made it.</summary>
public sealed record MachineFacts
{
    /// <summary>RFC 7638 thumbprint of the instance key: SHA-256, 32 bytes.</summary>
    public required byte[] Thumbprint { get; init; }

    public required string MachineName { get; init; }

    /// <summary>The hashed hardware components as the JSON object of the request.</summary>
    public required string Components { get; init; }

    public required string Product { get; init; }

    /// <summary>For people.</summary>
    public required string ProductVersion { get; init; }

    /// <summary>Care must cover it.</summary>
    public required DateOnly BuildDate { get; init; }

    /// <summary>Generation of the license file installed now; 0 if none.</summary>
    public required int Generation { get; init; }

    public required IReadOnlyList<Device> Devices { get; init; }
}
