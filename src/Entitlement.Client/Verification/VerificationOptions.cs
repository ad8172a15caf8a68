using System.Security.Cryptography.X509Certificates;
using Entitlement.Formats;

namespace Entitlement.Client.Verification;

/// <summary>
/// What a license file is checked against. Everything must be said: a check that is left out is left out on purpose, by
/// null, as whoever looks at a file away from its machine has to.
/// </summary>
public sealed record VerificationOptions
{
    /// <summary>Roots that ship with the product; never read from a place that a user can write.</summary>
    public required IEnumerable<X509Certificate2> PinnedRoots { get; init; }

    /// <summary>Code of the product; null to take a file of any product.</summary>
    public required string? Product { get; init; }

    /// <summary>Date of the installed build; null to leave care alone.</summary>
    public required DateOnly? BuildDate { get; init; }

    /// <summary>Thumbprint of this installation's instance key; null to take a file of any installation.</summary>
    public required string? KeyThumbprint { get; init; }

    /// <summary>Components of this machine; null to take a file of any machine.</summary>
    public required MachineComponents? Components { get; init; }

    /// <summary>Highest generation of this activation that was ever accepted here; 0 if none.</summary>
    public required int LastSeenGeneration { get; init; }

    /// <summary>The newest list of revoked signing keys that was seen; null if none ever was.</summary>
    public required RevokedKeyList? RevokedKeys { get; init; }

    /// <summary>The newest list of revoked license files that was seen; null if none ever was.</summary>
    public required RevokedActivationList? RevokedActivations { get; init; }

    /// <summary>The current time.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>
    /// Whether the clock that tells it is believed; false when it was found turned back for too long. True where no
    /// record of the time is kept.
    /// </summary>
    public required bool IsClockBelieved { get; init; }
}
