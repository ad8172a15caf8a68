using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Server.Tests.Activations;

public class ReleaseTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Releases_that_race_for_the_last_of_a_license_get_exactly_as_many_as_it_allows(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, license =>
        {
            license.MachineLimit = 8;
            license.ReleaseLimit = 3;
        });
        var activations = await ActivateAsync(story, 8);

        var answers = await Task.WhenAll(activations.Select(name => Refusals.OfAsync(() => story.ReleaseAsync(name))));

        Assert.Equal(3, answers.Count(refusal => refusal is null));
        Assert.All(answers.OfType<RpcException>(), refusal =>
            Assert.Equal(("RELEASE_LIMIT_REACHED", "3"), (refusal.Reason(), refusal.Info().Metadata["release_limit"])));
        Assert.Equal(5, (await story.Host.ReadAsync(story.License)).MachinesHeld);
    }

    [Fact]
    public async Task Releases_are_counted_for_a_year()
    {
        var clock = new ManualClock(new DateTimeOffset(2027, 3, 1, 0, 0, 0, TimeSpan.Zero));
        await using var story = await ActivationStory.BeginAsync(
            DatabaseKind.Sqlite, license => (license.MachineLimit, license.ReleaseLimit) = (2, 1), clock);
        var activations = await ActivateAsync(story, 2);
        var first = await story.ReleaseAsync(activations[0]);

        clock.Advance(TimeSpan.FromDays(365) - TimeSpan.FromMilliseconds(1));
        var refusal = await Refusals.OfAsync(() => story.ReleaseAsync(activations[1]));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        var second = await story.ReleaseAsync(activations[1]);

        Assert.Equal((1, 1), (first.ReleasesUsed, first.ReleaseLimit));
        Assert.Equal("RELEASE_LIMIT_REACHED", refusal?.Reason());
        Assert.Equal(1, second.ReleasesUsed);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task The_same_release_again_changes_nothing_and_another_one_is_refused(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database);
        var name = (await ActivateAsync(story, 1))[0];
        var requestId = $"{Guid.NewGuid()}";
        var first = await story.ReleaseAsync(name, requestId);
        var before = await story.SnapshotAsync();

        var again = await story.ReleaseAsync(name, requestId);
        var other = await Refusals.OfAsync(() => story.ReleaseAsync(name));

        Assert.Equal(first, again);
        Assert.Equal(("ACTIVATION_ENDED", StatusCode.FailedPrecondition), (other?.Reason(), other?.StatusCode));
        Assert.Equal(before, await story.SnapshotAsync());
    }

    [Fact]
    public async Task A_license_that_allows_none_refuses_each()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite, license => license.ReleaseLimit = 0);
        var name = (await ActivateAsync(story, 1))[0];
        var before = await story.SnapshotAsync();

        var refusal = await Refusals.OfAsync(() => story.ReleaseAsync(name));

        Assert.Equal("RELEASE_LIMIT_REACHED", refusal?.Reason());
        Assert.Equal(before, await story.SnapshotAsync());
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found_and_a_product_may_not_release()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite);
        var name = (await ActivateAsync(story, 1))[0];

        var missing = await Refusals.OfAsync(() => story.ReleaseAsync($"{story.License.Name}/activations/{Guid.NewGuid()}"));
        var malformed = await Refusals.OfAsync(() => story.ReleaseAsync(name[..^1]));
        var anonymous = await Refusals.OfAsync(() => new ActivationService.ActivationServiceClient(story.Host.Anonymous)
            .ReleaseActivationAsync(new ReleaseActivationRequest { Name = name, Reason = "mine" }).ResponseAsync);

        Assert.Equal(StatusCode.NotFound, missing?.StatusCode);
        Assert.Equal("INVALID_ARGUMENT", malformed?.Reason());
        Assert.Equal(StatusCode.Unauthenticated, anonymous?.StatusCode);
        Assert.Equal(1, (await story.Host.ReadAsync(story.License)).MachinesHeld);
    }

    [Fact]
    public async Task Lists_show_ended_activations_only_on_demand()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite, license => license.MachineLimit = 2);
        var names = await ActivateAsync(story, 2);
        await story.ReleaseAsync(names[0]);

        var standing = await ListAsync(story, showEnded: false);
        var all = await ListAsync(story, showEnded: true);

        Assert.Equal([names[1]], standing);
        Assert.Equal(names.Order(StringComparer.Ordinal), all.Order(StringComparer.Ordinal));
    }

    private static async Task<IEnumerable<string>> ListAsync(ActivationStory story, bool showEnded)
    {
        var page = await new ActivationService.ActivationServiceClient(story.Host.Administrator).ListActivationsAsync(
            new ListActivationsRequest { Parent = story.License.Name, ShowEnded = showEnded });
        return page.Activations.Select(activation => activation.Name);
    }

    private static async Task<string[]> ActivateAsync(ActivationStory story, int count)
    {
        var names = new string[count];
        for (var i = 0; i < count; i++)
        {
            using var product = new InstalledProduct();
            names[i] = (await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc)))).Activation.Name;
        }

        return names;
    }
}
