using System.Globalization;
using System.Security.Cryptography;
using Entitlement.Formats;

namespace Entitlement.Client.Verification;

/// <summary>
/// Decides offline whether a license file may be relied on. Pure: the same file and options give the same answer.
/// Intervals are half-open, so a file is over at its end.
/// </summary>
public static class LicenseVerifier
{
    /// <summary>How far before <c>nbf</c> a file is taken, for clocks that run behind.</summary>
    public static readonly TimeSpan NotBeforeTolerance = TimeSpan.FromHours(24);

    public static VerificationResult Verify(ReadOnlySpan<byte> licenseFile, VerificationOptions options)
    {
        LicenseFile file;
        try
        {
            file = LicenseFile.Read(licenseFile);
        }
        catch (FileFormatException refusal)
        {
            var reason = refusal.Code == FileFormatCode.UnknownVersion
                ? VerificationReason.UnknownVersion : VerificationReason.Malformed;
            return new VerificationResult(reason, refusal.Message, claims: null,
                ("code", FileFormatException.Name(refusal.Code)), ("member", refusal.Member));
        }

        return WhetherToBelieve(file, options)
            ?? WhetherForHere(file.Claims, options)
            ?? WhetherNow(file.Claims, options)
            ?? WhetherThisMachine(file.Claims, options)
            ?? new VerificationResult(VerificationReason.Valid, "The license is valid.", file.Claims);
    }

    private static VerificationResult? WhetherToBelieve(LicenseFile file, VerificationOptions options)
    {
        var problem = CertificateProfile.Check(file.Certificate.Span, options.PinnedRoots, file.Claims.IssueTime,
            out var key);
        using (key)
        {
            switch (problem)
            {
                case CertificateProblem.Unreadable:
                    return Unbelieved(VerificationReason.Malformed,
                        "The certificate in the license file cannot be read.",
                        ("code", FileFormatException.Name(FileFormatCode.BadCertificate)), ("member", "header.x5c[0]"));
                case CertificateProblem.UntrustedRoot:
                    return Unbelieved(VerificationReason.UntrustedRoot,
                        "The license file comes from a service that this product does not trust.");
                case CertificateProblem.WrongProfile:
                    return Unbelieved(VerificationReason.CertificateUnsuitable,
                        "The license file is signed with a certificate that is not for license files.");
                case CertificateProblem.None or CertificateProblem.NotValidThen:
                    break;
            }

            return WhetherSigned(file, key!, problem, options);
        }
    }

    private static VerificationResult? WhetherSigned(
        LicenseFile file, ECDsa key, CertificateProblem problem, VerificationOptions options)
    {
        if (Jwk.FromKey(key).Thumbprint != file.KeyId || !file.IsSignedBy(key))
        {
            return Unbelieved(VerificationReason.SignatureInvalid,
                "The license file was changed after it was issued. Get it again.");
        }

        if (options.RevokedKeys?.Revokes(file.KeyId) == true)
        {
            return Unbelieved(VerificationReason.SigningKeyRevoked,
                "The key that signed the license file was revoked. Get a new license file.", ("kid", file.KeyId));
        }

        return problem == CertificateProblem.NotValidThen
            ? Unbelieved(VerificationReason.CertificateNotValidAtIssue,
                "The license file was signed when its certificate was not valid. Get a new license file.",
                ("issue_time", Text(file.Claims.IssueTime)))
            : null;
    }

    private static VerificationResult? WhetherForHere(LicenseClaims claims, VerificationOptions options)
    {
        if (options.Product is { } product && claims.Product != product)
        {
            return new VerificationResult(VerificationReason.WrongProduct,
                $"The license file is for the product {claims.Product} and not for {product}.", claims,
                ("product", product), ("licensed_product", claims.Product));
        }

        if (options.KeyThumbprint is { } thumbprint && claims.KeyThumbprint != thumbprint)
        {
            return new VerificationResult(VerificationReason.WrongInstallation,
                "The license file was issued to another installation. Activate this one.", claims,
                ("jkt", thumbprint), ("licensed_jkt", claims.KeyThumbprint));
        }

        if (claims.Generation < options.LastSeenGeneration)
        {
            return new VerificationResult(VerificationReason.GenerationWentBack,
                $"The license file has generation {claims.Generation}, but {options.LastSeenGeneration} was installed "
                + "before. Put the newer file back, or activate again.", claims,
                ("generation", Text(claims.Generation)), ("last_seen_generation", Text(options.LastSeenGeneration)));
        }

        return options.RevokedActivations?.Voids(claims.Subject, claims.Generation) == true
            ? new VerificationResult(VerificationReason.FileRevoked,
                "The license file was revoked: its seat was given back, or the license was revoked. Activate again.",
                claims, ("activation", claims.Subject), ("generation", Text(claims.Generation)))
            : null;
    }

    private static VerificationResult? WhetherNow(LicenseClaims claims, VerificationOptions options)
    {
        var now = options.Now;

        // What has no end needs no clock.
        if (!options.IsClockBelieved && (claims.ExpireTime ?? claims.LicenseUntil ?? claims.OverlapUntil) is not null)
        {
            return new VerificationResult(VerificationReason.ClockTurnedBack,
                "The clock of this machine was turned back. Set it right, or connect to the service.", claims);
        }

        if (now < claims.NotBefore - NotBeforeTolerance)
        {
            return At(VerificationReason.NotYetValid, claims, claims.NotBefore,
                "The license file is valid from {0}. Check the clock of this machine.");
        }

        if (now >= claims.OverlapUntil)
        {
            return At(VerificationReason.OverlapEnded, claims, claims.OverlapUntil.Value,
                "This machine was replaced by another, and could run until {0}.");
        }

        // A file that goes on after the end of its license does so by the service's grace, and ends with it.
        if (now >= claims.LicenseUntil && (claims.ExpireTime is null || now >= claims.ExpireTime))
        {
            return At(VerificationReason.LicenseEnded, claims, claims.LicenseUntil.Value,
                "The license ended at {0}. Renew the license.");
        }

        if (now >= claims.TrialUntil)
        {
            return At(VerificationReason.LicenseEnded, claims, claims.TrialUntil.Value,
                "The trial ended at {0}. Buy a license, or ask for an extension of the trial.");
        }

        return now >= claims.ExpireTime
            ? At(VerificationReason.FileExpired, claims, claims.ExpireTime.Value,
                "The license file should have been renewed before {0}. Connect to the service, or hand in a request.")
            : null;
    }

    private static VerificationResult? WhetherThisMachine(LicenseClaims claims, VerificationOptions options)
    {
        var machine = claims.Machine;
        var matched = options.Components is { } here
            ? machine.Components.Kinds.Where(kind => machine.Components.Matches(kind, here)).ToArray()
            : null;
        if (matched is not null && matched.Length < machine.Match)
        {
            var names = string.Join(' ', matched.Select(MachineComponents.Name));
            return new VerificationResult(VerificationReason.MachineMismatch,
                $"{matched.Length} kinds of component are those of the machine that was licensed "
                + $"({(names.Length > 0 ? names : "none")}), and {machine.Match} must be. Ask for a hardware replacement.",
                claims,
                ("matched", names), ("matched_count", Text(matched.Length)), ("needed_count", Text(machine.Match)));
        }

        return options.BuildDate is { } build && !LicenseClaims.Covers(claims.CareUntil, build)
            ? new VerificationResult(VerificationReason.BuildNotCovered,
                $"This build is of {Text(build)}, and care covers builds up to {Text(claims.CareUntil!.Value)[..10]}. "
                + "Install a build up to that date, or renew care.", claims,
                ("build_date", Text(build)), ("care_until", Text(claims.CareUntil.Value)))
            : null;
    }

    private static VerificationResult At(VerificationReason reason, LicenseClaims claims, DateTimeOffset instant,
        string format) =>
        new(reason, string.Format(CultureInfo.InvariantCulture, format, Text(instant)), claims,
            ("time", Text(instant)));

    private static VerificationResult Unbelieved(VerificationReason reason, string message,
        params (string, string)[] details) =>
        new(reason, message, claims: null, details);

    private static string Text(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Text(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
