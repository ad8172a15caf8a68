using System.Collections.Immutable;

namespace Entitlement.Formats;

/// <summary>What the maker of a request asks for (<c>op</c>).</summary>
public enum LicenseRequestOperation
{
    /// <summary>A license for this installation.</summary>
    Activate,

    /// <summary>The next license file of an activation that stands.</summary>
    Refresh,

    /// <summary>To take over the activation that <see cref="LicenseRequest.Replaces"/> names.</summary>
    Replace,
}

/// <summary>A hardware device that is to be activated under a feature.</summary>
/// <param name="Id">The device's own identity, such as a serial number. 1 to 128 characters.</param>
/// <param name="Feature">Code of the feature. 1 to 128 characters.</param>
/// <param name="Model">What the device is, for people; null when not told. 1 to 256 characters.</param>
public sealed record RequestedDevice(string Id, string Feature, string? Model = null);

/// <summary>The machine that makes a request.</summary>
/// <param name="Name">What people call it, such as its host name. 1 to 256 characters.</param>
/// <param name="Components">What it is known by.</param>
public sealed record RequestingMachine(string Name, MachineComponents Components);

/// <summary>
/// The claims of a license request (<c>.lrq</c>), format version 1. Strings have 1 to 256 characters where nothing else
/// is said, none of them a control character.
/// </summary>
public sealed record LicenseRequest
{
    public const int MaxDevices = 10_000;

    /// <summary>
    /// Most characters of a string, counted in UTF-16 code units; 128 of a device id and a feature code.
    /// </summary>
    public const int MaxTextLength = 256;

    /// <summary><c>jti</c>: the request's id, made by the product. A UUID in lower case.</summary>
    public required Guid Jti { get; init; }

    /// <summary><c>iat</c>: when it was made, in whole seconds, by the machine's clock. Only a hint.</summary>
    public required DateTimeOffset IssueTime { get; init; }

    /// <summary>
    /// <c>aud</c>: the <c>iss</c> of the service that is meant; null where the product does not know it.
    /// </summary>
    public string? Audience { get; init; }

    /// <summary><c>op</c>.</summary>
    public required LicenseRequestOperation Operation { get; init; }

    /// <summary>
    /// <c>slc</c>: the software license code as the user typed it in. A secret of the license's holder.
    /// </summary>
    public required string Slc { get; init; }

    /// <summary><c>product</c>: the product's code.</summary>
    public required string Product { get; init; }

    /// <summary><c>product_version</c>: version of the installed build, for people.</summary>
    public required string ProductVersion { get; init; }

    /// <summary><c>build_date</c>: date of the installed build (<c>YYYY-MM-DD</c>, UTC); care must cover it.</summary>
    public required DateOnly BuildDate { get; init; }

    public required RequestingMachine Machine { get; init; }

    /// <summary>
    /// <c>devices</c>: at most 10,000, none twice under one feature. The member may be absent: no devices.
    /// </summary>
    public ImmutableArray<RequestedDevice> Devices { get; init; } = [];

    /// <summary><c>gen</c>: generation of the license file that is installed now; 0 if none.</summary>
    public required int Generation { get; init; }

    /// <summary>
    /// <c>replaces</c>: resource name of the activation to take over. There with
    /// <see cref="LicenseRequestOperation.Replace"/> and null with every other operation. A wish, to which the
    /// request gives no right.
    /// </summary>
    public string? Replaces { get; init; }

    /// <summary>Names the file and no more: the software license code must not get into a log.</summary>
    public override string ToString() => $"license request {Jti}";
}
