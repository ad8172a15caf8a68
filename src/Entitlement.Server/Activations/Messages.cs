using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Entitlement.Domain.Activations;
using Entitlement.Domain.Trials;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.Activations;

/// <summary>Activations as the contract shows them.</summary>
internal static class Messages
{
    /// <summary>Without its devices, which only some answers show.</summary>
    /// <param name="activation">The activation.</param>
    /// <param name="trial">The trial of its machine; null on a license that was bought.</param>
    public static V1.Activation ToMessage(this Activation activation, Trial? trial = null)
    {
        var message = new V1.Activation
        {
            Name = activation.Name.ToString(),
            MachineName = activation.MachineName,
            InstanceThumbprint = activation.Generation == 0 ? "" : Base64Url.EncodeToString(activation.Thumbprint),
            ExternalRef = activation.ExternalRef ?? "",
            AwaitsMachine = activation.AwaitsMachine,
            ProductVersion = activation.ProductVersion,
            BuildDate = activation.BuildDate == default
                ? ""
                : activation.BuildDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            Generation = activation.Generation,
            FileExpireTime = activation.FileExpireTime?.ToTimestamp(),
            DeviceCount = activation.DeviceCount,
            CreateTime = activation.CreateTime.ToTimestamp(),
            UpdateTime = activation.UpdateTime.ToTimestamp(),
            EndTime = activation.EndTime?.ToTimestamp(),
            End = activation.End?.ToMessage() ?? V1.ActivationEnd.Unspecified,
            CloneSuspectedTime = activation.CloneSuspectedTime?.ToTimestamp(),
            Trial = trial is null ? "" : $"{trial.Name}",
            TrialEndTime = trial?.EndTime.ToTimestamp(),
        };
        using var components = JsonDocument.Parse(activation.Components);
        message.ComponentKinds.AddRange(
            components.RootElement.EnumerateObject().Select(kind => kind.Name).Order(StringComparer.Ordinal));
        return message;
    }

    public static V1.Activation ToMessage(this Activation activation, IEnumerable<Device> devices, Trial? trial)
    {
        var message = activation.ToMessage(trial);
        message.Devices.AddRange(Sort(devices).Select(ToMessage));
        return message;
    }

    public static V1.ProductReport ToMessage(this ProductContact contact) => new()
    {
        ReportTime = contact.ReportTime.ToTimestamp(),
        Generation = contact.Generation,
        ProductVersion = contact.ProductVersion,
        FeaturesInUse = { contact.ListFeaturesInUse() },
    };

    public static V1.Device ToMessage(this Device device) =>
        new() { Id = device.Id, Feature = device.Feature, Model = device.Model ?? "" };

    /// <summary>By feature and id, so that two answers about the same thing read the same.</summary>
    public static IEnumerable<Device> Sort(IEnumerable<Device> devices) =>
        devices.OrderBy(device => device.Feature, StringComparer.Ordinal).ThenBy(device => device.Id, StringComparer.Ordinal);

    public static V1.GenerationNotice ToMessage(this GenerationNotice notice) => notice switch
    {
        GenerationNotice.None => V1.GenerationNotice.Unspecified,
        GenerationNotice.Behind => V1.GenerationNotice.Behind,
        GenerationNotice.Ahead => V1.GenerationNotice.Ahead,
    };

    private static V1.ActivationEnd ToMessage(this ActivationEnd end) => end switch
    {
        ActivationEnd.Returned => V1.ActivationEnd.Returned,
        ActivationEnd.Released => V1.ActivationEnd.Released,
        ActivationEnd.Bought => V1.ActivationEnd.Bought,
    };
}
