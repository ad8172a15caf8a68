using System.Security.Cryptography;
using System.Text;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.Activations;

/// <summary>What another system, or an export of this one, tells of an activation that runs.</summary>
public sealed record ImportedActivation
{
    public Origin Origin { get; init; } = new();

    public string ExternalRef { get; init; } = "";

    public string MachineName { get; init; } = "";

    /// <summary>The hashed hardware components as a JSON object; null when the other system has none.</summary>
    public string? Components { get; init; }

    /// <summary>RFC 7638 thumbprint of the instance key, 32 bytes; null when the machine never had one.</summary>
    public byte[]? Thumbprint { get; init; }

    /// <summary>The newest license file that is known of; 0 without a thumbprint.</summary>
    public int Generation { get; init; }

    /// <summary>See <see cref="Activation.SeatGeneration"/>; 0 for the first.</summary>
    public int SeatGeneration { get; init; }

    public DateTimeOffset? FileExpireTime { get; init; }

    /// <summary>See <see cref="Activation.TrialId"/>.</summary>
    public Guid? TrialId { get; init; }

    public string ProductVersion { get; init; } = "";

    /// <summary>The first day of the year 1 when it is not known.</summary>
    public DateOnly BuildDate { get; init; }

    public IReadOnlyList<Device> Devices { get; init; } = [];
}

/// <content>The half by which machines come from another system.</content>
public sealed partial class Activation
{
    public const int MaxTextLength = 256;

    private const string NoComponents = "{}";

    /// <summary>
    /// Whether it holds the seat of a machine that another system licensed and that has not come here yet. Nobody knows
    /// its instance key; the first request that looks like its machine takes it over.
    /// </summary>
    public bool AwaitsMachine => Generation == 0 && End is null;

    /// <summary>Whether the machine is known by its components, and not by its name alone.</summary>
    public bool HasComponents => Components != NoComponents;

    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.InvalidArgument"/>: nothing tells its machine, or what is told does not fit together.
    /// </exception>
    public static Activation Import(LicenseName license, ImportedActivation machine, DateTimeOffset now)
    {
        RequireConsistent(machine);
        var id = machine.Origin.NewId(now);
        return new Activation
        {
            AccountId = license.AccountId,
            LicenseId = license.LicenseId,
            Id = id,
            Thumbprint = machine.Thumbprint ?? NobodysThumbprint(id),
            ExternalRef = Text.ExternalRef(machine.ExternalRef, "activation.external_ref"),
            MachineName = Text.Require(machine.MachineName, "activation.machine_name", 0, MaxTextLength),
            Components = machine.Components ?? NoComponents,
            ProductVersion = Text.Require(machine.ProductVersion, "activation.product_version", 0, MaxTextLength),
            BuildDate = machine.BuildDate,
            Revision = 1,
            Generation = machine.Generation,
            SeatGeneration = machine.Generation == 0 ? 0 : Math.Max(1, machine.SeatGeneration),
            FileExpireTime = machine.FileExpireTime,
            TrialId = machine.TrialId,
            DeviceCount = machine.Devices.Count,
            CreateTime = machine.Origin.Begin(now),
            UpdateTime = now,
        };
    }

    /// <summary>The seats that it takes, against what the license has.</summary>
    public static IReadOnlyList<SeatLine> SeatsOf(
        ImportedActivation machine, License license, IReadOnlyCollection<FeatureLine> features)
    {
        var byDevice = features.Where(line => line.Counts == FeatureCount.Device)
            .ToDictionary(line => line.Code, StringComparer.Ordinal);
        var lines = machine.Devices.CountBy(device => device.Feature, StringComparer.Ordinal)
            .OrderBy(count => count.Key, StringComparer.Ordinal)
            .Select(count => byDevice.TryGetValue(count.Key, out var line)
                ? new SeatLine(SeatLine.Feature(line.Code), line.Quantity, line.Held, count.Value, line.Overage)
                : throw Refusal.FeatureNotLicensed(license.Name, count.Key));
        return
        [
            new SeatLine(SeatLine.Machines, license.MachineLimit, license.MachinesHeld, 1, license.MachineOverage),
            .. lines,
        ];
    }

    private static void RequireConsistent(ImportedActivation machine)
    {
        if (machine.Thumbprint is null && machine.Components is null && machine.MachineName.Length == 0)
        {
            throw Refusal.InvalidArgument(
                "activation.machine_name",
                "or components or instance_thumbprint is needed to know the machine by; leave the activation out where "
                + "nothing is known, and the machine takes a seat when it comes");
        }

        if (machine.Thumbprint is null ? machine.Generation != 0 : machine.Generation < 1)
        {
            throw Refusal.InvalidArgument(
                "activation.generation", "must be 1 or more with an instance_thumbprint, and 0 without one");
        }

        if (machine.SeatGeneration < 0 || machine.SeatGeneration > machine.Generation)
        {
            throw Refusal.InvalidArgument("activation.seat_generation", "must be 0 or more and not above generation");
        }

        if (machine.Devices.DistinctBy(device => device.Key).Count() != machine.Devices.Count)
        {
            throw Refusal.InvalidArgument("activation.devices", "must name each device once under a feature");
        }
    }

    /// <summary>No key has it, because none can be made for a given hash; they are unique, so each has one.</summary>
    private static byte[] NobodysThumbprint(Guid id) =>
        SHA256.HashData([.. Encoding.ASCII.GetBytes("awaited "), .. id.ToByteArray(bigEndian: true)]);
}
