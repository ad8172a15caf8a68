using Entitlement.Domain.Names;

namespace Entitlement.Domain.Activations;

/// <summary>
/// The binding of one installation to one license: the pair of license and instance key thumbprint. It holds a machine
/// seat, and a feature seat for each of its devices.
/// </summary>
public sealed class Activation
{
    private Activation()
    {
    }

    public Guid AccountId { get; private init; }

    public Guid LicenseId { get; private init; }

    public Guid Id { get; private init; }

    /// <summary>RFC 7638 thumbprint of the instance key: SHA-256, 32 bytes.</summary>
    public byte[] Thumbprint { get; private init; } = [];

    public string MachineName { get; private set; } = "";

    /// <summary>The hashed hardware components as the JSON object of the newest request.</summary>
    public string Components { get; private set; } = "{}";

    public string ProductVersion { get; private set; } = "";

    /// <summary>Date of the installed build.</summary>
    public DateOnly BuildDate { get; private set; }

    /// <summary>Of the newest license file. Guards the row: of two writers that read the same one, the second fails.</summary>
    public int Generation { get; private set; }

    /// <summary>When the newest license file ends; null when it has no end.</summary>
    public DateTimeOffset? FileExpireTime { get; private set; }

    public int DeviceCount { get; private set; }

    public DateTimeOffset CreateTime { get; private init; }

    public DateTimeOffset UpdateTime { get; private set; }

    public ActivationName Name => new(AccountId, LicenseId, Id);

    internal static Activation Create(LicenseName license, MachineFacts machine, DateTimeOffset now) => new()
    {
        AccountId = license.AccountId,
        LicenseId = license.LicenseId,
        Id = Guid.CreateVersion7(now),
        Thumbprint = machine.Thumbprint,
        CreateTime = now,
    };

    internal void Issue(MachineFacts machine, int generation, DateTimeOffset? fileEnd, DateTimeOffset now)
    {
        MachineName = machine.MachineName;
        Components = machine.Components;
        ProductVersion = machine.ProductVersion;
        BuildDate = machine.BuildDate;
        DeviceCount = machine.Devices.Count;
        Generation = generation;
        FileExpireTime = fileEnd;
        UpdateTime = now;
    }
}
