using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Entitlement.Formats;

namespace Entitlement.Client.Tests.Support;

/// <summary>A request and a license that break no rule, to be broken in one place by each test.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static MachineComponents Components { get; } = MachineComponents.Create(
    [
        Component(MachineComponentKind.Cpu, "genuineintel 6 167"),
        Component(MachineComponentKind.Board, "board-4711"),
        Component(MachineComponentKind.Disk, "disk-1"),
        Component(MachineComponentKind.Disk, "disk-2"),
        Component(MachineComponentKind.Mac, "00:1b:21:aa:bb:cc"),
    ]);

    public static LicenseRequest Request { get; } = new()
    {
        Jti = Guid.Parse("3f1c9a52-6c1e-4d0b-9a43-5f3a0e9b7c11"),
        IssueTime = Now,
        Audience = "https://licenses.example",
        Operation = LicenseRequestOperation.Activate,
        Slc = "ABCDE-FGHJK-MNPQR-STVWX",
        Product = "demo",
        ProductVersion = "2.1.0",
        BuildDate = new DateOnly(2026, 11, 1),
        Machine = new RequestingMachine("workstation-7", Components),
        Devices = [new RequestedDevice("cam-1", "camera", "Model Z"), new RequestedDevice("cam-2", "camera")],
        Generation = 0,
    };

    public static LicenseClaims Claims(Jwk instanceKey) => Claims(instanceKey, Now);

    /// <summary>Issued at another time.</summary>
    public static LicenseClaims Claims(Jwk instanceKey, DateTimeOffset now) => new()
    {
        Issuer = "https://licenses.example",
        Subject = "accounts/a1/licenses/l1/activations/v1",
        Jti = Guid.Parse("9b1d7a10-4a57-4a57-8f2b-0c8d8e0f7a21"),
        IssueTime = now,
        NotBefore = now,
        ExpireTime = now.AddDays(30),
        Generation = 3,
        Slc = "ABCDE-FGHJK-MNPQR-STVWX",
        Account = "accounts/a1",
        Product = "demo",
        Edition = "professional",
        LicenseUntil = now.AddDays(365),
        CareUntil = now.AddDays(100),
        Features =
        [
            new LicensedFeature("export", FeatureCounting.License, 1),
            new LicensedFeature("camera", FeatureCounting.Device, 2) { Devices = ["cam-1", "cam-2"] },
        ],
        Machine = new LicensedMachine(Components, 3),
        KeyThumbprint = instanceKey.Thumbprint,
        RequestHash = Base64Url.EncodeToString(SHA256.HashData("request"u8)),
    };

    public static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static JsonObject RequestHeader(ECDsa key) =>
        RawJws.Json(RawJws.Parts(LicenseRequestFile.Write(Request, key))[0]);

    public static JsonObject RequestPayload(ECDsa key) =>
        RawJws.Json(RawJws.Parts(LicenseRequestFile.Write(Request, key))[1]);

    private static (MachineComponentKind Kind, string Hash) Component(MachineComponentKind kind, string value) =>
        (kind, MachineComponents.Hash("demo", kind, value));
}
