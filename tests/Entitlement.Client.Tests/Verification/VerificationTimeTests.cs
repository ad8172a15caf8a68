using Entitlement.Client.Tests.Support;
using Entitlement.Client.Verification;
using Entitlement.Formats;
using Entitlement.Testing;

namespace Entitlement.Client.Tests.Verification;

/// <summary>License files that are issued, begin and end at the moments at which time is hard.</summary>
public sealed class VerificationTimeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [MemberData(nameof(Moments.All), MemberType = typeof(Moments))]
    public void A_file_is_good_from_a_day_before_its_beginning_up_to_its_end(string moment)
    {
        var start = Moments.At(moment);
        using var vendor = new Vendor(start);
        var end = start.AddDays(30);

        Assert.Equal(VerificationReason.NotYetValid, Judge(vendor, start.AddHours(-24) - Second));
        Assert.Equal(VerificationReason.Valid, Judge(vendor, start.AddHours(-24)));
        Assert.Equal(VerificationReason.Valid, Judge(vendor, end - Second));
        Assert.Equal(VerificationReason.FileExpired, Judge(vendor, end));
    }

    [Theory]
    [MemberData(nameof(Moments.All), MemberType = typeof(Moments))]
    public void A_license_and_an_overlap_end_at_their_moment_and_not_a_second_earlier(string moment)
    {
        var end = Moments.At(moment);
        using var vendor = new Vendor(end.AddDays(-20));
        var ended = vendor.Claims with { LicenseUntil = end, ExpireTime = end };
        var replaced = vendor.Claims with { OverlapUntil = end };

        Assert.Equal(VerificationReason.Valid, Judge(vendor, end - Second, ended));
        Assert.Equal(VerificationReason.LicenseEnded, Judge(vendor, end, ended));
        Assert.Equal(VerificationReason.Valid, Judge(vendor, end - Second, replaced));
        Assert.Equal(VerificationReason.OverlapEnded, Judge(vendor, end, replaced));
    }

    [Theory]
    [MemberData(nameof(Moments.All), MemberType = typeof(Moments))]
    public void Care_covers_builds_of_its_last_day_in_UTC_and_none_of_the_next(string moment)
    {
        var end = Moments.At(moment);
        using var vendor = new Vendor(end.AddDays(-20));
        var claims = vendor.Claims with { CareUntil = end };
        var lastDay = DateOnly.FromDateTime(end.UtcDateTime);

        Assert.Equal(VerificationReason.Valid, Judge(vendor, end, claims, lastDay));
        Assert.Equal(VerificationReason.BuildNotCovered, Judge(vendor, end, claims, lastDay.AddDays(1)));
    }

    [Theory]
    [MemberData(nameof(Moments.All), MemberType = typeof(Moments))]
    public void A_file_is_believed_if_its_certificate_was_valid_when_it_was_issued_and_for_ever_after(string moment)
    {
        var issued = Moments.At(moment);
        using var vendor = new Vendor(issued);
        var forEver = vendor.Claims with { ExpireTime = null, LicenseUntil = null };
        var from = new DateTimeOffset(vendor.Certificate.NotBefore);
        var until = new DateTimeOffset(vendor.Certificate.NotAfter);

        Assert.Equal(VerificationReason.Valid, Judge(vendor, issued.AddYears(30), forEver));
        Assert.Equal(VerificationReason.Valid, Judge(vendor, issued, forEver with { IssueTime = from }));
        Assert.Equal(
            VerificationReason.CertificateNotValidAtIssue, Judge(vendor, issued, forEver with { IssueTime = from - Second }));
        Assert.Equal(
            VerificationReason.CertificateNotValidAtIssue, Judge(vendor, issued, forEver with { IssueTime = until + Second }));
    }

    [Theory]
    [MemberData(nameof(Moments.All), MemberType = typeof(Moments))]
    public void Lists_of_what_is_revoked_tell_their_moments_to_the_second_and_hold_for_ever(string moment)
    {
        var issued = Moments.At(moment);
        using var vendor = new Vendor(issued);
        var keys = RevokedKeyList.Read(vendor.RevokedKeys(1, vendor.KeyId), [vendor.Root]);
        var files = RevokedActivationList.Read(vendor.RevokedFiles(1, (vendor.Claims.Subject, 3)), [vendor.Root], revokedKeys: null);
        var later = issued.AddDays(29);

        Assert.Equal((issued, issued.AddDays(30)), (keys.IssueTime, keys.NextUpdate));
        Assert.Equal((issued, issued.AddDays(14)), (files.IssueTime, files.ExpireTime));
        Assert.Equal(VerificationReason.SigningKeyRevoked, Judge(vendor, options => options with { Now = later, RevokedKeys = keys }));
        Assert.Equal(VerificationReason.FileRevoked, Judge(vendor, options => options with { Now = later, RevokedActivations = files }));
    }

    private static VerificationReason Judge(
        Vendor vendor, DateTimeOffset now, LicenseClaims? claims = null, DateOnly? build = null) =>
        Judge(vendor, options => options with { Now = now, BuildDate = build }, claims);

    private static VerificationReason Judge(
        Vendor vendor, Func<VerificationOptions, VerificationOptions> change, LicenseClaims? claims = null)
    {
        var scene = new Scene(vendor);
        scene.Claims = claims ?? scene.Claims;
        scene.Options = change(scene.Options);
        return scene.Verify().Reason;
    }
}
