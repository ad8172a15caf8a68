using Entitlement.Client.Verification;
using Entitlement.Formats;
using Entitlement.Testing;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.Tests.Activations;

/// <summary>Activations at moments that calendars and counters of seconds are known to stumble over.</summary>
public sealed class ActivationTimeTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly InstalledProduct _product = new();

    public void Dispose() => _product.Dispose();

    [Theory]
    [MemberData(nameof(Moments.All), MemberType = typeof(Moments))]
    public async Task A_file_says_its_moments_verifies_to_its_end_and_is_the_same_when_asked_for_again(string moment)
    {
        var clock = new ManualClock(Moments.At(moment));
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite, clock: clock);
        var start = clock.GetUtcNow();
        var request = _product.Sign(_product.Ask(story.License.Slc));

        var answer = await story.ActivateAsync(request);
        clock.Advance(TimeSpan.FromDays(29));
        var again = await story.ActivateAsync(request);
        var next = await story.RefreshAsync(_product.Sign(
            _product.Ask(story.License.Slc) with { Operation = LicenseRequestOperation.Refresh, Generation = 1 }));

        var claims = ActivationStory.Read(answer.LicenseFile);
        Assert.Equal((start, start, start.AddDays(30)), (claims.IssueTime, claims.NotBefore, claims.ExpireTime));
        Assert.Equal(start, answer.Activation.CreateTime.ToDateTimeOffset());
        Assert.Equal(answer.LicenseFile, again.LicenseFile);
        Assert.Equal(VerificationReason.Valid, story.Verify(answer.LicenseFile, _product, start.AddDays(30) - Second).Reason);
        Assert.Equal(VerificationReason.FileExpired, story.Verify(answer.LicenseFile, _product, start.AddDays(30)).Reason);
        Assert.Equal(start.AddDays(59), ActivationStory.Read(next.LicenseFile).ExpireTime);
    }

    [Theory]
    [MemberData(nameof(Moments.All), MemberType = typeof(Moments))]
    public async Task A_license_that_ends_at_a_moment_gives_seats_up_to_it_and_none_at_it(string moment)
    {
        var end = Moments.At(moment);
        var clock = new ManualClock(end.AddDays(-2));
        await using var story = await ActivationStory.BeginAsync(
            DatabaseKind.Sqlite,
            license => (license.MachineLimit, license.EndTime) = (2, end.ToTimestamp()),
            clock);
        clock.Advance(TimeSpan.FromDays(2) - TimeSpan.FromMilliseconds(1));

        var last = await story.ActivateAsync(_product.Sign(_product.Ask(story.License.Slc)));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        using var other = new InstalledProduct();
        var refusal = await story.RefusedAsync(other.Sign(other.Ask(story.License.Slc)));

        var claims = ActivationStory.Read(last.LicenseFile);
        Assert.Equal((end, end), (claims.LicenseUntil, claims.ExpireTime));
        Assert.Equal(VerificationReason.Valid, story.Verify(last.LicenseFile, _product, end - Second).Reason);
        Assert.Equal(VerificationReason.LicenseEnded, story.Verify(last.LicenseFile, _product, end).Reason);
        Assert.Equal("LICENSE_EXPIRED", refusal.Reason());
        Assert.Equal(1, (await story.Host.ReadAsync(story.License)).MachinesHeld);
    }
}
