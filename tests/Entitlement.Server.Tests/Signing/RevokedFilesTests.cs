using System.Security.Cryptography.X509Certificates;
using Entitlement.Formats;
using Entitlement.Server.Signing;
using Entitlement.Server.Tests.Activations;
using Entitlement.Testing;
using Entitlement.V1;
using KeyService = Entitlement.V1.KeyService;

namespace Entitlement.Server.Tests.Signing;

public class RevokedFilesTests
{
    private readonly ManualClock _clock = new(TimeProvider.System.GetUtcNow());

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Lists_what_was_returned_released_or_revoked_for_as_long_as_its_file_runs(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, license => license.MachineLimit = 3, _clock);
        var doomed = await story.Host.CreateLicenseAsync();
        using InstalledProduct returned = new(), released = new(), standing = new(), revoked = new();
        var names = new List<string>();
        foreach (var (product, slc) in new[]
        {
            (returned, story.License.Slc), (released, story.License.Slc), (standing, story.License.Slc), (revoked, doomed.Slc),
        })
        {
            names.Add((await story.ActivateAsync(product.Sign(product.Ask(slc)))).Activation.Name);
        }

        await story.ReturnAsync(returned.Return(names[0]));
        await story.ReleaseAsync(names[1]);
        await new LicenseService.LicenseServiceClient(story.Host.Administrator).RevokeLicenseAsync(
            new RevokeLicenseRequest { Name = doomed.Name, Reason = "unpaid" });
        var list = await ReadAsync(story.Host);
        _clock.Advance(TimeSpan.FromDays(30));
        var later = await ReadAsync(story.Host);

        Assert.Equal(
            new[] { (names[0], 1), (names[1], 1), (names[3], 1) }.Order(),
            list.Activations.Select(entry => (entry.Key, entry.Value)).Order());
        Assert.Empty(later.Activations);
        Assert.True(later.Number > list.Number);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task The_number_rises_when_something_changed_and_the_same_bytes_are_given_until_then(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, clock: _clock);
        using var product = new InstalledProduct();
        var name = (await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc)))).Activation.Name;
        var empty = await FetchAsync(story.Host);
        await story.ReleaseAsync(name);
        var within = await FetchAsync(story.Host);
        _clock.Advance(RevokedFiles.MaxAge);
        var after = await FetchAsync(story.Host);
        await story.Host.StopAsync();
        await story.Host.StartAgainAsync();
        var restarted = await FetchAsync(story.Host);
        using var http = new HttpClient { BaseAddress = new Uri(story.Host.HttpAddress) };
        var overHttp = await http.GetByteArrayAsync(new Uri(KeyEndpoints.RevokedFilesPath, UriKind.Relative));

        Assert.Equal(empty, within);
        Assert.Equal(after, restarted);
        Assert.Equal(after, overHttp);
        var (first, second) = (RevokedActivationList.Inspect(empty), RevokedActivationList.Inspect(after));
        Assert.True(second.Number > first.Number);
        Assert.Equal((0, 1), (first.Activations.Count, second.Activations.Count));
    }

    [Fact]
    public async Task A_machine_that_takes_a_seat_again_leaves_the_list_and_its_new_file_lies_above_an_old_one()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite, clock: _clock);
        using var product = new InstalledProduct();
        var name = (await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc)))).Activation.Name;
        await story.ReleaseAsync(name);
        var before = await ReadAsync(story.Host);
        var again = ActivationStory.Read((await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc)))).LicenseFile);
        _clock.Advance(RevokedFiles.MaxAge);
        var after = await ReadAsync(story.Host);

        Assert.True(before.Voids(name, 1));
        Assert.False(before.Voids(again.Subject, again.Generation));
        Assert.Empty(after.Activations);
    }

    [Fact]
    public async Task Is_signed_anew_when_its_key_was_revoked()
    {
        await using var host = await EntitlementHost.StartAsync(new HostSettings { Clock = _clock });
        var desk = new KeyDesk(host, _clock);
        var stolen = (await desk.PublishedAsync()).Single();
        var before = await ReadAsync(host);
        var next = desk.Rotate(TimeSpan.Zero);
        await desk.LetItPublishAsync(stolen, next.KeyId);
        var list = desk.Revoke(previous: null, stolen);
        await desk.PublishAsync(list);
        _clock.Advance(RevokedFiles.MaxAge);

        var after = await ReadAsync(host, list);

        Assert.True(after.Number > before.Number);
    }

    private static async Task<byte[]> FetchAsync(EntitlementHost host) =>
        (await new KeyService.KeyServiceClient(host.Anonymous).GetRevocationListAsync(new GetRevocationListRequest()))
        .RevocationList.ToByteArray();

    /// <summary>As a product does.</summary>
    private static async Task<RevokedActivationList> ReadAsync(EntitlementHost host, byte[]? revokedKeys = null)
    {
        using var root = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(host.DataDirectory, "keys", "root.pem"));
        return RevokedActivationList.Read(
            await FetchAsync(host), [root], revokedKeys is null ? null : RevokedKeyList.Read(revokedKeys, [root]));
    }
}
