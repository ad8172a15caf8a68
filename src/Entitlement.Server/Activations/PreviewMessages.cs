using Entitlement.Domain.Activations;
using Entitlement.Domain.Licenses;
using Entitlement.Server.Licenses;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.Activations;

/// <summary>A plan as a preview shows it.</summary>
internal static class PreviewMessages
{
    public static PreviewLicenseRequestResponse ToPreview(this Situation situation, ActivationPlan plan, DateTimeOffset now)
    {
        var license = situation.License;
        var message = new PreviewLicenseRequestResponse
        {
            License = license.Name.ToString(),
            Edition = license.Edition,
            State = license.StateAt(now).ToMessage(),
            EndTime = license.EndTime?.ToTimestamp(),
            CareEndTime = license.CareEndTime?.ToTimestamp(),
            Activation = situation.Recorded?.Name.ToString() ?? "",
            TrialEndTime = situation.Trial?.EndAt(license, now).ToTimestamp(),
        };
        message.Seats.AddRange(plan.Seats.Select(ToMessage));
        message.Devices.AddRange(DevicesOf(plan));
        return message;
    }

    private static SeatPreview ToMessage(SeatLine line) => new()
    {
        Line = line.Line,
        Limit = line.Limit,
        Overage = line.Overage,
        HeldBefore = line.Held,
        HeldAfter = line.Held + line.Requested,
    };

    private static IEnumerable<DevicePreview> DevicesOf(ActivationPlan plan)
    {
        var added = plan.Added.ToHashSet();
        var removed = plan.Removed.ToHashSet();
        var unlicensed = plan.UnlicensedFeatures.ToHashSet(StringComparer.Ordinal);
        // What the devices of a line can take: what is free, and what the same request gives back.
        var returned = plan.Removed.CountBy(device => SeatLine.Feature(device.Feature)).ToDictionary(StringComparer.Ordinal);
        var left = plan.Seats.ToDictionary(
            line => line.Line,
            line => line.Limit + line.Overage - line.Held + returned.GetValueOrDefault(line.Line),
            StringComparer.Ordinal);

        foreach (var device in Messages.Sort(plan.Devices.Concat(plan.Removed)))
        {
            var change = device switch
            {
                _ when removed.Contains(device) => DeviceChange.Gone,
                _ when unlicensed.Contains(device.Feature) => DeviceChange.NotLicensed,
                _ when !added.Contains(device) => DeviceChange.Kept,
                _ when left[SeatLine.Feature(device.Feature)]-- > 0 => DeviceChange.New,
                _ => DeviceChange.OverLimit,
            };
            yield return new DevicePreview { Device = device.ToMessage(), Change = change };
        }
    }
}
