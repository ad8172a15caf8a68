using Entitlement.Domain.Activations;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Trials;
using Entitlement.Formats;
using Entitlement.Server.Abuse;
using Entitlement.Server.Trials;

namespace Entitlement.Server.Activations;

/// <summary>A license request that was read and verified, and that is meant for this service and this RPC.</summary>
internal sealed class ReceivedRequest
{
    private readonly LicenseRequestFile _file;

    private ReceivedRequest(Verified<LicenseRequestFile> verified, Slc slc)
    {
        _file = verified.File;
        BlockedFor = verified.BlockedFor;
        Slc = slc;
        Machine = FactsOf(_file);
    }

    public Guid Jti => _file.Request.Jti;

    /// <summary>SHA-256 of its signing input: what tells it from another request under the same <c>jti</c>.</summary>
    public byte[] ContentHash => _file.ContentHash.ToArray();

    /// <summary>The instance key's thumbprint as base64url.</summary>
    public string InstanceThumbprint => _file.InstanceKey.Thumbprint;

    public Slc Slc { get; }

    public MachineFacts Machine { get; }

    /// <summary>As <see cref="Verified{TFile}"/> has it.</summary>
    public TimeSpan? BlockedFor { get; }

    /// <summary>What its machine is known again by, for a trial.</summary>
    public IReadOnlyList<MachineMark> Marks =>
        [new MachineMark(TrialMarkKind.InstanceKey, InstanceThumbprint), .. Components.ToMarks()];

    public MachineComponents Components => _file.Request.Machine.Components;

    /// <summary>Whether it is meant for an activation that stands, and must not take a machine seat.</summary>
    public bool IsRefresh => _file.Request.Operation == LicenseRequestOperation.Refresh;

    /// <summary>Everything that can be judged without asking the database, the cheapest first.</summary>
    /// <param name="verified">The file.</param>
    /// <param name="issuer">The name of this service.</param>
    /// <param name="expected">The operations that the RPC carries out.</param>
    /// <exception cref="EntitlementException">It is for another RPC or another service, or its code can't be right.</exception>
    public static ReceivedRequest Read(
        Verified<LicenseRequestFile> verified, string issuer, params ReadOnlySpan<LicenseRequestOperation> expected)
    {
        var request = verified.File.Request;
        if (!expected.Contains(request.Operation))
        {
            throw Refusal.WrongOperation(NameOf(request.Operation), NameOf(expected[0]));
        }

        if (request.Audience is { } audience && !string.Equals(audience, issuer, StringComparison.Ordinal))
        {
            throw Refusal.WrongAudience(audience, issuer);
        }

        return new ReceivedRequest(verified, Slc.Parse(request.Slc));
    }

    private static MachineFacts FactsOf(LicenseRequestFile file) => new()
    {
        Thumbprint = file.InstanceKey.ThumbprintBytes.ToArray(),
        MachineName = file.Request.Machine.Name,
        Components = file.Request.Machine.Components.ToJson(),
        Product = file.Request.Product,
        ProductVersion = file.Request.ProductVersion,
        BuildDate = file.Request.BuildDate,
        Generation = file.Request.Generation,
        Devices = [.. file.Request.Devices.Select(device => new Device(device.Feature, device.Id, device.Model))],
    };

    private static string NameOf(LicenseRequestOperation operation) => operation switch
    {
        LicenseRequestOperation.Activate => "activate",
        LicenseRequestOperation.Refresh => "refresh",
        LicenseRequestOperation.Replace => "replace",
    };
}
