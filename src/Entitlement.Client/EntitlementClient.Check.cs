using System.Buffers.Text;
using Entitlement.Client.Clock;
using Entitlement.Client.Renewal;
using Entitlement.Client.Verification;
using Entitlement.Formats;

namespace Entitlement.Client;

/// <summary>The half that judges what is installed.</summary>
public sealed partial class EntitlementClient
{
    /// <summary>
    /// When the next license file is to be fetched: after half of the time of the one that is installed, and up to a
    /// quarter of it later. Null where nothing is installed that could be renewed, or that ends.
    /// </summary>
    public DateTimeOffset? RenewalTime =>
        FindInstalledClaims(CheckNow().Result) is { } claims ? RenewalSchedule.DueTime(claims) : null;

    /// <summary>
    /// Whether the next license file is wanted now: it is due, or one is wanted sooner because the signing key was
    /// revoked, an older file was put back, or the clock was turned back.
    /// </summary>
    public bool IsRenewalDue => FileNeed() is { } need && need.DueIn <= TimeSpan.Zero;

    /// <summary>A license file or a lease has come or gone.</summary>
    internal event EventHandler? Changed;

    internal TimeProvider Clock => _clock;

    /// <summary>Whether an activation of this installation is there, whatever it is worth.</summary>
    internal bool HasActivation => FindInstalledClaims(CheckNow().Result) is not null;

    /// <summary>
    /// Checks the license file that is installed. Nothing is sent anywhere. A clock that was turned back is borne for
    /// seven days, see <see cref="VerificationResult.ClockBehindBy"/>.
    /// </summary>
    public VerificationResult Check() => CheckNow().Result;

    /// <summary>Whether a file is worth keeping: it is believed and ours, also when it is not good now.</summary>
    internal static bool IsToBeInstalled(VerificationResult result) =>
        result.Reason is VerificationReason.Valid or >= VerificationReason.ClockTurnedBack;

    /// <summary>When the license file must be renewed; null while there is none that could be, or that ends.</summary>
    internal RenewalNeed? FileNeed()
    {
        var (result, reading) = CheckNow();
        if (FindInstalledClaims(result) is not { } claims)
        {
            return null;
        }

        var isCurable = result.Reason is VerificationReason.SigningKeyRevoked or VerificationReason.GenerationWentBack;
        if (RenewalSchedule.EndOf(claims) is not { } end)
        {
            return isCurable ? new RenewalNeed(TimeSpan.Zero, TimeSpan.Zero) : null;
        }

        var due = RenewalSchedule.DueTime(claims)!.Value - reading.Time;
        return new RenewalNeed(
            isCurable || reading.WantsProof ? TimeSpan.Zero : due,
            isCurable ? TimeSpan.Zero : end - reading.Time);
    }

    private static bool IsOurs(VerificationResult result) =>
        result.Reason is not (VerificationReason.WrongProduct or VerificationReason.WrongInstallation);

    private (VerificationResult Result, ClockReading Reading) CheckNow()
    {
        var reading = _time.Look();
        if (_state.Read(LicenseFileName) is not { } file)
        {
            return (new VerificationResult(VerificationReason.NoLicenseFile,
                "No license file is installed. Activate the product.", claims: null), reading);
        }

        var result = Verify(file, reading);
        if (IsToBeInstalled(result))
        {
            _time.Prove(result.Claims!.IssueTime);
            if (RenewalSchedule.EndOf(result.Claims) is { } end)
            {
                _time.Saw(end);
            }
        }

        return (result, reading);
    }

    private VerificationResult Verify(ReadOnlySpan<byte> licenseFile, ClockReading reading)
    {
        var options = new VerificationOptions
        {
            PinnedRoots = _roots,
            Product = _product.Code,
            BuildDate = _product.BuildDate,
            KeyThumbprint = _key.PublicKey.Thumbprint,
            Components = _components.Value,
            LastSeenGeneration = 0,
            RevokedKeys = _revokedKeys,
            RevokedActivations = _revokedFiles,
            Now = reading.Time,
            IsClockBelieved = reading.IsBorne,
        };
        var result = LicenseVerifier.Verify(licenseFile, options);

        // The record is by activation, and which one the file is of is known only once it is believed.
        if (result.Claims is { } claims && _generations.Of(claims.Subject) is var seen and > 0)
        {
            result = LicenseVerifier.Verify(licenseFile, options with { LastSeenGeneration = seen });
        }

        return result.WithClock(reading.BehindBy);
    }

    /// <summary>
    /// An answer to the request that waits is later than all that was known before, also where a wrong clock, here or
    /// at the service, had made it seem later. Any other file only proves that its time is past.
    /// </summary>
    private void LearnTheTime(LicenseClaims claims)
    {
        if (AnswersTheWaitingRequest(claims))
        {
            _time.Answered(claims.IssueTime);
        }
        else
        {
            _time.Prove(claims.IssueTime);
        }
    }

    private bool AnswersTheWaitingRequest(LicenseClaims claims)
    {
        try
        {
            return _state.Read(RequestFileName) is { } request
                && Base64Url.EncodeToString(LicenseRequestFile.Inspect(request).ContentHash.Span) == claims.RequestHash;
        }
        catch (FileFormatException)
        {
            return false;
        }
    }

    /// <summary>Of the file that was issued for this installation, also when it is over by now.</summary>
    private LicenseClaims InstalledClaims() => FindInstalledClaims(Check())
        ?? throw new InvalidOperationException("No license file of this installation is there. Activate the product.");

    private LicenseClaims? FindInstalledClaims(VerificationResult result) => result.Reason switch
    {
        VerificationReason.SigningKeyRevoked => ReadUnbelieved(),
        _ => IsOurs(result) ? result.Claims : null,
    };

    /// <summary>
    /// After its signing key was revoked a product must find back by itself. Whoever stole the key may have written the
    /// file: it only says what to ask for, and what comes back is verified.
    /// </summary>
    private LicenseClaims? ReadUnbelieved()
    {
        if (_state.Read(LicenseFileName) is not { } file)
        {
            return null;
        }

        var claims = LicenseFile.Read(file).Claims;
        var seen = _generations.Of(claims.Subject);
        return claims.KeyThumbprint == _key.PublicKey.Thumbprint && seen > 0 ? claims with { Generation = seen } : null;
    }
}
