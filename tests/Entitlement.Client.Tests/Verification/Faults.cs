using Entitlement.Client.Tests.Support;
using Entitlement.Client.Verification;
using Entitlement.Formats;

namespace Entitlement.Client.Tests.Verification;

/// <summary>One way to earn each reason; they can be combined.</summary>
internal static class Faults
{
    private static readonly string Hash = MachineComponents.Hash("demo", MachineComponentKind.Os, "another machine");

    public static Dictionary<VerificationReason, Action<Scene>> Of { get; } = new()
    {
        [VerificationReason.Malformed] = scene => scene.Edits.Add((_, payload) => payload["gen"] = 0),
        [VerificationReason.UnknownVersion] = scene => scene.Edits.Add((_, payload) => payload["ver"] = 2),
        [VerificationReason.UntrustedRoot] = scene => scene.Options = scene.Options with { PinnedRoots = [] },
        [VerificationReason.CertificateUnsuitable] = scene => scene.Certificate = scene.Certify(request =>
            request.CertificateExtensions.RemoveAt(2)),
        [VerificationReason.SignatureInvalid] = scene => scene.IsSignedByAnother = true,
        [VerificationReason.SigningKeyRevoked] = scene =>
            scene.Options = scene.Options with { RevokedKeys = scene.ListThatRevokesTheKey() },
        [VerificationReason.CertificateNotValidAtIssue] = scene => scene.Edits.Add((_, payload) =>
            payload["iat"] = Samples.Now.AddYears(-5).ToUnixTimeSeconds()),
        [VerificationReason.WrongProduct] = scene => scene.Options = scene.Options with { Product = "other" },
        [VerificationReason.WrongInstallation] = scene => scene.Options = scene.Options with { KeyThumbprint = Hash },
        [VerificationReason.GenerationWentBack] = scene =>
            scene.Options = scene.Options with { LastSeenGeneration = 4 },
        [VerificationReason.FileRevoked] = scene =>
            scene.Options = scene.Options with { RevokedActivations = scene.ListThatRevokesTheFile() },
        [VerificationReason.ClockTurnedBack] = scene =>
            scene.Options = scene.Options with { IsClockBelieved = false },
        [VerificationReason.NotYetValid] = scene =>
            scene.Claims = scene.Claims with { NotBefore = Samples.Now.AddDays(3) },
        [VerificationReason.OverlapEnded] = scene => scene.Claims = scene.Claims with { OverlapUntil = Samples.Now },
        [VerificationReason.LicenseEnded] = scene =>
            scene.Claims = scene.Claims with { LicenseUntil = Samples.Now, ExpireTime = Samples.Now },
        [VerificationReason.FileExpired] = scene => scene.Claims = scene.Claims with { ExpireTime = Samples.Now },
        [VerificationReason.MachineMismatch] = scene => scene.Options = scene.Options with
        {
            Components = MachineComponents.Create([(MachineComponentKind.Cpu, Hash)]),
        },
        [VerificationReason.BuildNotCovered] = scene =>
            scene.Options = scene.Options with { BuildDate = new DateOnly(2027, 6, 1) },
    };
}
