using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using Entitlement.Client.Tests.Support;
using Entitlement.Formats;
using Entitlement.Signing;
using Entitlement.Testing;

namespace Entitlement.Client.Tests.Keys;

/// <summary>Keys that are made, begin and run out at the moments at which time is hard.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class KeyTimeTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly TemporaryDirectory _parent = new();

    private string Keys => _parent.File("keys");

    public void Dispose() => _parent.Dispose();

    [Fact]
    public void Is_tried_where_clocks_change() => Assert.NotEqual(
        TimeZoneInfo.Local.GetUtcOffset(Moments.At("2027-07-01T00:00:00Z")),
        TimeZoneInfo.Local.GetUtcOffset(Moments.At("2027-12-01T00:00:00Z")));

    [Theory]
    [MemberData(nameof(Moments.All), MemberType = typeof(Moments))]
    public void Keys_made_at_a_moment_sign_from_then_on_for_as_long_as_a_certificate_may_last(string moment)
    {
        var now = Moments.At(moment);
        KeyCeremony.Complete(Keys, "Test", now);

        using var ring = KeyRing.Load(KeyPaths.InDirectory(Keys), now);
        var key = ring.Keys.Single();

        Assert.Equal(CertificateProfile.MaxValidity, key.EndTime - key.SignsFrom);
        Assert.True(key.SignsFrom <= now && now.AddDays(399) < key.EndTime);
        Assert.Equal(CertificateProblem.None, CertificateProfile.Check(key.Certificate, [ring.RootCertificate], now));
        Assert.Equal(key.KeyId, ring.CurrentAt(key.EndTime - Second)?.KeyId);
        Assert.Null(ring.CurrentAt(key.EndTime));
    }

    [Theory]
    [MemberData(nameof(Moments.All), MemberType = typeof(Moments))]
    public void A_prepared_key_takes_over_at_its_moment_and_not_a_second_earlier(string moment)
    {
        var begin = Moments.At(moment);
        var now = begin.AddDays(-1);
        KeyCeremony.Complete(Keys, "Test", now);
        var before = CurrentAt(now);
        var request = KeyRotation.Request(Keys);
        using var certificate = KeyRotation.Sign(
            Keys, request.RequestFile, File.ReadAllText(request.RequestFile), begin, now);
        var next = KeyRotation.Install(Keys, "c.pem", certificate.ExportCertificatePem(), rootCertificate: null, now);

        Assert.Equal((before, next.KeyId), (CurrentAt(begin - Second), CurrentAt(begin)));
        Assert.Equal(
            CertificateProblem.NotValidThen,
            CertificateProfile.Check(certificate.RawData, [Root()], begin - Second, out _));
        Assert.Equal(CertificateProblem.None, CertificateProfile.Check(certificate.RawData, [Root()], begin, out _));
    }

    [Theory]
    [MemberData(nameof(Moments.All), MemberType = typeof(Moments))]
    public void A_key_revoked_at_a_moment_is_revoked_for_all_time_and_the_list_says_when(string moment)
    {
        var now = Moments.At(moment);
        KeyCeremony.Complete(Keys, "Test", now);
        var key = CurrentAt(now)!;

        var list = RevokedKeyList.Read(
            KeyRevocation.Revoke(Keys, previous: null, [key], now.AddDays(90), now), [Root()]);

        Assert.Equal((now, now.AddDays(90)), (list.IssueTime, list.NextUpdate));
        Assert.Equal(new RevokedKey(key, now), Assert.Single(list.Keys));
    }

    private X509Certificate2 Root() => X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Keys, "root.pem"));

    private string? CurrentAt(DateTimeOffset now)
    {
        using var ring = KeyRing.Load(KeyPaths.InDirectory(Keys), now);
        return ring.CurrentAt(now)?.KeyId;
    }
}
