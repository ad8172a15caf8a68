using System.Net;
using Entitlement.Formats;
using Entitlement.Server.Signing;
using Entitlement.Server.Tests.Activations;
using Entitlement.Signing;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using KeyService = Entitlement.V1.KeyService;

namespace Entitlement.Server.Tests.Signing;

public class KeyRevocationTests
{
    private readonly ManualClock _clock = new(TimeProvider.System.GetUtcNow());

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_revoked_key_signs_nothing_more_and_the_next_usable_one_goes_on(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, clock: _clock);
        var desk = new KeyDesk(story.Host, _clock);
        using var product = new InstalledProduct();
        var stolen = await IssueAsync(story, product);

        var list = desk.Revoke(previous: null, stolen);
        await desk.PublishAsync(list);
        var refusal = await Refusals.OfAsync(() => story.ActivateAsync(product.Sign(product.Ask(story.License.Slc))));
        var next = desk.Rotate(TimeSpan.Zero);
        await desk.LetItPublishAsync(next.KeyId);

        Assert.Equal(
            ("SIGNING_KEY_REVOKED", StatusCode.Unavailable, stolen),
            (refusal?.Reason(), refusal?.StatusCode, refusal?.Info().Metadata["kid"]));
        Assert.NotNull(refusal!.Find<RetryInfo>());
        Assert.Equal(next.KeyId, await IssueAsync(story, product));
        Assert.Equal(list, story.Host.Services.GetRequiredService<KeyRevocations>().File.ToArray());
    }

    [Fact]
    public async Task A_replica_that_has_not_read_the_list_yet_is_stopped_in_the_transaction()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.PostgreSql, clock: _clock);
        var desk = new KeyDesk(story.Host, _clock);
        var folder = Directory.CreateTempSubdirectory("entitlement-replica-").FullName;
        using var product = new InstalledProduct();
        var stolen = await IssueAsync(story, product);
        var next = desk.Rotate(TimeSpan.Zero);

        // A clock of its own: on the first server's, the look that publishes the key would set off one here too, which
        // may or may not find the list before the request comes.
        var itsClock = new ManualClock(_clock.GetUtcNow());
        await using (var late = await KeyDesk.StartReplicaAsync(story.Host, itsClock, folder))
        {
            await desk.LetItPublishAsync(stolen, next.KeyId);
            var client = new ActivationService.ActivationServiceClient(late.Anonymous);
            var request = new ActivateRequest { LicenseRequest = product.Sign(product.Ask(story.License.Slc)) };

            await desk.PublishAsync(desk.Revoke(previous: null, next.KeyId));
            var before = await story.SnapshotAsync();
            var refusal = await Refusals.OfAsync(() => client.ActivateAsync(request).ResponseAsync);
            var after = await story.SnapshotAsync();
            await new KeyDesk(late, itsClock).LetItPublishAsync(stolen);
            var answer = await client.ActivateAsync(request);

            Assert.Equal("SIGNING_KEY_REVOKED", refusal?.Reason());
            Assert.Equal(before, after);
            Assert.Equal(stolen, LicenseFile.Read(answer.LicenseFile.Span).KeyId);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Serves_the_newest_list_alike_over_grpc_and_http_and_over_a_restart(DatabaseKind database)
    {
        await using var host = await EntitlementHost.StartAsync(new HostSettings { Database = database, Clock = _clock });
        var desk = new KeyDesk(host, _clock);
        var key = (await desk.PublishedAsync()).Single();
        Assert.Equal(HttpStatusCode.NotFound, (await OverHttpAsync(host)).Status);
        Assert.Empty(await OverGrpcAsync(host));

        var first = desk.Revoke(previous: null);
        await desk.PublishAsync(first);
        var second = desk.Revoke(first, key);
        await desk.PublishAsync(second);

        Assert.Equal(second, await OverGrpcAsync(host));
        var answer = await OverHttpAsync(host);
        Assert.Equal(("application/krl+jwt", HttpStatusCode.OK), (answer.Type, answer.Status));
        Assert.Equal(second, answer.Content);

        await host.StopAsync();
        await host.StartAgainAsync();
        await desk.LetItPublishAsync();
        Assert.Equal(second, await OverGrpcAsync(host));
    }

    [Fact]
    public async Task Comes_with_the_answer_to_a_report_until_the_product_has_it()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite, clock: _clock);
        var desk = new KeyDesk(story.Host, _clock);
        using var product = new InstalledProduct();
        var activation = (await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc)))).Activation.Name;
        var call = product.Report(activation, 1, new StatusReport { Generation = 1 });
        var before = await story.ReportAsync(call);
        var list = desk.Revoke(previous: null);
        await desk.PublishAsync(list);

        var again = await story.ReportAsync(call);
        var next = await story.ReportAsync(product.Report(activation, 2, new StatusReport { Generation = 1 }));
        var known = await story.ReportAsync(
            product.Report(activation, 3, new StatusReport { Generation = 1, RevocationListNumber = 1 }));

        Assert.Empty(before.KeyRevocationList);
        Assert.All([again, next], answer => Assert.Equal(list, answer.KeyRevocationList.ToByteArray()));
        Assert.Equal(before, new ReportStatusResponse(again) { KeyRevocationList = ByteString.Empty });
        Assert.Empty(known.KeyRevocationList);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Never_goes_back_to_an_older_list_or_to_one_that_forgives(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var desk = new KeyDesk(shop.Host, shop.Clock);
        var key = (await desk.PublishedAsync()).Single();
        var (first, requestId) = (desk.Revoke(previous: null, key), $"{Guid.NewGuid()}");
        var empty = desk.Revoke(previous: null);
        var second = desk.Revoke(first);
        await desk.PublishAsync(first, requestId);
        await desk.PublishAsync(second);

        using var product = new InstalledProduct();

        var older = await Refusals.OfAsync(() => desk.PublishAsync(first));
        var rival = await Refusals.OfAsync(() => desk.PublishAsync(desk.Revoke(first, product.PublicKey.Thumbprint)));
        var forgiving = await Refusals.OfAsync(() => desk.PublishAsync(desk.Revoke(desk.Revoke(empty))));
        var again = await desk.PublishAsync(second);
        var repeated = await desk.PublishAsync(first, requestId);

        Assert.Equal("KEY_REVOCATION_LIST_OUTDATED", older?.Reason());
        Assert.Equal(("1", "2"), (older!.Info().Metadata["number"], older!.Info().Metadata["newest"]));
        Assert.Equal("KEY_REVOCATION_LIST_OUTDATED", rival?.Reason());
        Assert.Equal(("INVALID_ARGUMENT", "key_revocation_list"), (forgiving?.Reason(), forgiving?.Info().Metadata["field"]));
        Assert.Equal((2, 2), (again.Status.RevocationListNumber, repeated.Status.RevocationListNumber));
        Assert.Equal(["keys.revoke", "keys.revoke"], (await shop.AuditAsync()).Select(record => record.Action));
        Assert.Contains(key, (await shop.AuditAsync())[0].Details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_list_of_another_root_one_that_is_none_and_one_of_nobody()
    {
        await using var host = await EntitlementHost.StartAsync(new HostSettings { Clock = _clock });
        var desk = new KeyDesk(host, _clock);
        var foreign = Directory.CreateTempSubdirectory("entitlement-root-").FullName;
        KeyCeremony.Complete(foreign, "Other", _clock.GetUtcNow(), CeremonyScope.RootAlone);
        var stranger = KeyRevocation.Revoke(foreign, previous: null, [], _clock.GetUtcNow(), _clock.GetUtcNow());
        Directory.Delete(foreign, recursive: true);

        var untrusted = await Refusals.OfAsync(() => desk.PublishAsync(stranger));
        var malformed = await Refusals.OfAsync(() => desk.PublishAsync([1, 2, 3]));
        var anonymous = await Shop.RefusedAsync(new KeyService.KeyServiceClient(host.Anonymous)
            .PublishKeyRevocationListAsync(new PublishKeyRevocationListRequest()));

        Assert.Equal(
            ("KEY_REVOCATION_LIST_INVALID", StatusCode.InvalidArgument, "BAD_SIGNATURE"),
            (untrusted?.Reason(), untrusted?.StatusCode, untrusted?.Info().Metadata["code"]));
        Assert.Equal(("KEY_REVOCATION_LIST_INVALID", "NOT_COMPACT_JWS"), (malformed?.Reason(), malformed?.Info().Metadata["code"]));
        Assert.Equal(StatusCode.Unauthenticated, anonymous.StatusCode);
        Assert.Empty(await OverGrpcAsync(host));
    }

    private static async Task<byte[]> OverGrpcAsync(EntitlementHost host) =>
        (await new KeyService.KeyServiceClient(host.Anonymous).GetKeyRevocationListAsync(new GetKeyRevocationListRequest()))
        .KeyRevocationList.ToByteArray();

    private static async Task<(HttpStatusCode Status, string? Type, byte[] Content)> OverHttpAsync(EntitlementHost host)
    {
        using var http = new HttpClient { BaseAddress = new Uri(host.HttpAddress) };
        using var answer = await http.GetAsync(new Uri(KeyEndpoints.RevocationListPath, UriKind.Relative));
        return (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, await answer.Content.ReadAsByteArrayAsync());
    }

    private static async Task<string> IssueAsync(ActivationStory story, InstalledProduct product) =>
        LicenseFile.Read((await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc)))).LicenseFile.Span).KeyId;
}
