using System.Globalization;
using Entitlement.Domain.Activations;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Formats;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Licenses;
using Entitlement.V1;
using Activation = Entitlement.Domain.Activations.Activation;
using Device = Entitlement.Domain.Activations.Device;
using License = Entitlement.Domain.Licenses.License;

namespace Entitlement.Server.Estate;

internal sealed class ActivationRecord : ImportRecord
{
    private const string Kind = "activation";
    private const int MaxDeviceIdLength = 128;

    private readonly EstateActivation _wanted;
    private readonly ActivationName? _name;
    private readonly TrialName? _trial;
    private readonly ImportedActivation _machine;

    public ActivationRecord(EstateActivation wanted)
    {
        RequireIdentity(wanted.Name, wanted.ExternalRef, Kind);
        RequireOneOf(Kind, ("license_ref", wanted.LicenseRef), ("license", wanted.License), ("name", wanted.Name));
        _wanted = wanted;
        _name = wanted.Name.Length > 0 ? ActivationName.Parse(wanted.Name, "activation.name") : null;
        _trial = wanted.Trial.Length > 0 ? TrialName.Parse(wanted.Trial, "activation.trial") : null;
        _machine = new ImportedActivation
        {
            Origin = OriginOf(_name?.ActivationId, wanted.CreateTime, Kind),
            ExternalRef = wanted.ExternalRef,
            MachineName = wanted.MachineName,
            Components = ReadComponents(wanted),
            Thumbprint = wanted.InstanceThumbprint.Length > 0
                ? ReadHash(wanted.InstanceThumbprint, "activation.instance_thumbprint")
                : null,
            Generation = wanted.Generation,
            SeatGeneration = wanted.SeatGeneration,
            FileExpireTime = WantedLicense.ReadTime(wanted.FileExpireTime, "activation.file_expire_time"),
            TrialId = _trial?.TrialId,
            ProductVersion = wanted.ProductVersion,
            BuildDate = ReadDate(wanted.BuildDate),
            Devices = ReadDevices(wanted),
        };
    }

    public override async Task<Outcome> RunAsync(ImportStep step, CancellationToken cancellationToken)
    {
        _machine.Origin.Require(Kind, step.Now);
        var (license, features) = await FindLicenseAsync(
            step, Kind, _wanted.LicenseRef, _wanted.License, _name?.License, cancellationToken);
        await RequireTrialAsync(step, license, cancellationToken);
        var activation = Activation.Import(license.Name, _machine, step.Now);
        if (await FindAsync(step, license.Name, cancellationToken) is { } existing)
        {
            RequireSame(existing, activation);
            return new Outcome($"{existing.Name}", Existed: true);
        }

        var seats = Activation.SeatsOf(_machine, license, features)
            .Select(line => step.Held(license.Name, line))
            .ToList();
        var shortages = seats.Where(line => line.IsShort).ToList();
        if (shortages.Count > 0)
        {
            throw Refusal.SeatsExhausted(license.Name, shortages);
        }

        await step.AddAsync(activation, license, _machine.Devices, seats, cancellationToken);
        return new Outcome($"{activation.Name}", Existed: false);
    }

    private async Task RequireTrialAsync(ImportStep step, License license, CancellationToken cancellationToken)
    {
        if (_trial is not { } trial)
        {
            return;
        }

        if (!license.IsTrial)
        {
            throw Refusal.InvalidArgument("activation.trial", "must be unset unless its license is a trial license");
        }

        if (await step.FindTrialAsync(trial, cancellationToken) is null)
        {
            throw Refusal.ReferenceUnknown(
                "activation.trial", $"{trial}", "Import the trial before its activations, or correct it.");
        }
    }

    private async Task<Activation?> FindAsync(ImportStep step, LicenseName license, CancellationToken cancellationToken)
    {
        var found = _name is { } name
            ? await step.FindActivationAsync(license, name.ActivationId, cancellationToken)
            : null;
        if (found is null && _machine.ExternalRef.Length > 0)
        {
            found = await step.FindActivationAsync(license, _machine.ExternalRef, cancellationToken);
        }

        return found is null && _machine.Thumbprint is { } thumbprint
            ? await step.FindActivationAsync(license, thumbprint, cancellationToken)
            : found;
    }

    /// <summary>
    /// Whatever became of it since: its machine may have come, told another name and gone. Only while nothing has
    /// happened yet, it must be what the record says.
    /// </summary>
    private void RequireSame(Activation existing, Activation wanted)
    {
        var field = existing switch
        {
            _ when _name is { } name && name != existing.Name => "name",
            { ExternalRef: { } reference } when wanted.ExternalRef is not null && wanted.ExternalRef != reference =>
                "external_ref",
            _ when _machine.Thumbprint is { } key && !existing.Thumbprint.AsSpan().SequenceEqual(key) =>
                "instance_thumbprint",
            { AwaitsMachine: false } => null,
            _ when existing.MachineName != wanted.MachineName => "machine_name",
            _ when existing.Components != wanted.Components => "components",
            _ when existing.DeviceCount != wanted.DeviceCount => "devices",
            _ => null,
        };
        if (field is not null)
        {
            throw Refusal.RecordDiffers($"{existing.Name}", $"activation.{field}");
        }
    }

    private static string? ReadComponents(EstateActivation wanted)
    {
        if (wanted.Components.DistinctBy(component => component.Kind, StringComparer.Ordinal).Count()
            != wanted.Components.Count)
        {
            throw Refusal.InvalidArgument("activation.components", "must name each kind once");
        }

        var hashes = ReadHashes(wanted.Components, "activation.components").ToList();
        return hashes.Count > 0 ? MachineComponents.Create(hashes).ToJson() : null;
    }

    private static DateOnly ReadDate(string text) => text.Length == 0
        ? default
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw Refusal.InvalidArgument("activation.build_date", "must be a date such as 2026-11-01");

    private static List<Device> ReadDevices(EstateActivation wanted)
    {
        if (wanted.Devices.Count > LicenseRequest.MaxDevices)
        {
            throw Refusal.InvalidArgument("activation.devices", $"must be at most {LicenseRequest.MaxDevices}");
        }

        return [.. wanted.Devices.Select((device, i) => new Device(
            Text.FeatureCode(device.Feature, $"activation.devices[{i}].feature"),
            Text.Require(device.Id, $"activation.devices[{i}].id", 1, MaxDeviceIdLength),
            device.Model.Length == 0
                ? null
                : Text.Require(device.Model, $"activation.devices[{i}].model", 0, Activation.MaxTextLength)))];
    }
}
