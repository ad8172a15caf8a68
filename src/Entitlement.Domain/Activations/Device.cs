namespace Entitlement.Domain.Activations;

/// <summary>A hardware device, such as a camera, that uses a feature.</summary>
/// <param name="Feature">Code of the feature whose seat it takes.</param>
/// <param name="Id">What the product calls it.</param>
/// <param name="Model">As the product told it; null when it did not.</param>
public sealed record Device(string Feature, string Id, string? Model)
{
    /// <summary>What makes it the same device: its model may be told differently.</summary>
    public (string Feature, string Id) Key => (Feature, Id);
}

/// <summary>A device that holds a seat of a feature through an activation.</summary>
public sealed class ActivationDevice
{
    private ActivationDevice()
    {
    }

    public Guid AccountId { get; private init; }

    public Guid ActivationId { get; private init; }

    public string Feature { get; private init; } = "";

    public string DeviceId { get; private init; } = "";

    /// <summary>Null when the product did not say.</summary>
    public string? Model { get; private init; }

    public Device ToDevice() => new(Feature, DeviceId, Model);

    public static ActivationDevice Create(Activation activation, Device device) => new()
    {
        AccountId = activation.AccountId,
        ActivationId = activation.Id,
        Feature = device.Feature,
        DeviceId = device.Id,
        Model = device.Model,
    };
}
