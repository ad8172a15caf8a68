using Entitlement.Formats;
using Entitlement.Server.Tests.Activations;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;

namespace Entitlement.Server.Tests.Signing;

public class RotationTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_running_server_publishes_a_prepared_key_at_once_and_signs_with_it_when_its_time_has_come(DatabaseKind database)
    {
        var clock = new ManualClock(TimeProvider.System.GetUtcNow());
        await using var story = await ActivationStory.BeginAsync(database, clock: clock);
        var desk = new KeyDesk(story.Host, clock);
        using var product = new InstalledProduct();
        var before = await IssueAsync(story, product);

        var next = desk.Rotate(TimeSpan.FromDays(1));
        await desk.LetItPublishAsync(KeyOf(before), next.KeyId);
        var meanwhile = await IssueAsync(story, product);
        clock.Advance(TimeSpan.FromDays(1));
        var after = await IssueAsync(story, product);

        Assert.Equal([KeyOf(before), KeyOf(before), next.KeyId], new[] { before, meanwhile, after }.Select(KeyOf));
        Assert.All([before, meanwhile, after], file => Assert.True(story.Verify(file, product).Claims is not null));
        Assert.Contains(story.Host.Logs.Lines, line => line.EventId == 1404 && line.Message.Contains(next.KeyId, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_whose_files_are_gone_stays_published_over_a_restart()
    {
        var clock = new ManualClock(TimeProvider.System.GetUtcNow());
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite, clock: clock);
        var desk = new KeyDesk(story.Host, clock);
        using var product = new InstalledProduct();
        var first = KeyOf(await IssueAsync(story, product));
        var next = desk.Rotate(TimeSpan.Zero);
        await desk.LetItPublishAsync(first, next.KeyId);

        File.Delete(Path.Combine(desk.Directory, "signing.key.pem"));
        File.Delete(Path.Combine(desk.Directory, "signing.pem"));
        await story.Host.StopAsync();
        await story.Host.StartAgainAsync();
        await desk.LetItPublishAsync(first, next.KeyId);

        Assert.Equal(next.KeyId, KeyOf(await IssueAsync(story, product)));
    }

    [Fact]
    public async Task Files_that_cannot_be_used_are_told_and_the_keys_at_hand_go_on()
    {
        var clock = new ManualClock(TimeProvider.System.GetUtcNow());
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite, clock: clock);
        var desk = new KeyDesk(story.Host, clock);
        using var product = new InstalledProduct();
        var first = KeyOf(await IssueAsync(story, product));

        await File.WriteAllTextAsync(Path.Combine(desk.Directory, "signing.pem"), "spoilt");
        await desk.LetItLookAsync(() => Task.FromResult(story.Host.Logs.Lines.Any(line => line.EventId == 1406)));
        var next = desk.Rotate(TimeSpan.Zero);
        var again = KeyOf(await IssueAsync(story, product));
        await desk.LetItPublishAsync(first, next.KeyId);

        Assert.Equal(first, again);
        Assert.Equal(next.KeyId, KeyOf(await IssueAsync(story, product)));
        Assert.Contains(story.Host.Logs.Lines, line => line.EventId == 1405);
    }

    [Fact]
    public async Task Replicas_that_see_a_key_at_different_moments_publish_it_alike_and_both_sign_what_verifies()
    {
        var clock = new ManualClock(TimeProvider.System.GetUtcNow());
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.PostgreSql, clock: clock);
        var desk = new KeyDesk(story.Host, clock);
        var folder = Directory.CreateTempSubdirectory("entitlement-replica-").FullName;
        await using (var late = await KeyDesk.StartReplicaAsync(story.Host, clock, folder))
        {
            using var product = new InstalledProduct();
            var first = KeyOf(await IssueAsync(story, product));
            var next = desk.Rotate(TimeSpan.Zero);

            await desk.LetItPublishAsync(first, next.KeyId);
            await new KeyDesk(late, clock).LetItPublishAsync(first, next.KeyId);
            var byFirst = await IssueAsync(story, product);
            var byLate = (await new ActivationService.ActivationServiceClient(late.Anonymous).ActivateAsync(
                new ActivateRequest { LicenseRequest = product.Sign(product.Ask(story.License.Slc)) })).LicenseFile;

            Assert.Equal((next.KeyId, first), (KeyOf(byFirst), KeyOf(byLate)));
            Assert.All([byFirst, byLate], file => Assert.NotNull(story.Verify(file, product).Claims));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_status_tells_what_each_key_does()
    {
        var clock = new ManualClock(TimeProvider.System.GetUtcNow());
        await using var host = await EntitlementHost.StartAsync(new HostSettings { Clock = clock });
        var desk = new KeyDesk(host, clock);
        var first = (await desk.PublishedAsync()).Single();
        var current = desk.Rotate(TimeSpan.Zero);
        var stolen = desk.Rotate(TimeSpan.FromDays(1));
        var prepared = desk.Rotate(TimeSpan.FromDays(2));
        await desk.LetItPublishAsync(first, current.KeyId, stolen.KeyId, prepared.KeyId);

        var status = (await desk.PublishAsync(desk.Revoke(previous: null, stolen.KeyId))).Status;

        Assert.Equal(
            [
                (first, SigningKeyState.Retired), (current.KeyId, SigningKeyState.Current),
                (stolen.KeyId, SigningKeyState.Revoked), (prepared.KeyId, SigningKeyState.Prepared),
            ],
            status.SigningKeys.Select(key => (key.KeyId, key.State)));
        Assert.Equal(1, status.RevocationListNumber);
        Assert.Equal(status, (await desk.Keys.GetIssuingStatusAsync(new GetIssuingStatusRequest())).Status);
    }

    private static async Task<ByteString> IssueAsync(ActivationStory story, InstalledProduct product) =>
        (await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc)))).LicenseFile;

    private static string KeyOf(ByteString file) => LicenseFile.Read(file.Span).KeyId;
}
