using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace Entitlement.Server.Tests.Activations;

/// <summary>How many requests are parked, how long, and who sees them.</summary>
public sealed class ParkingTests : IDisposable
{
    private readonly List<InstalledProduct> _products = [];

    public void Dispose() => _products.ForEach(product => product.Dispose());

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Requests_that_race_for_the_last_places_of_a_license_get_exactly_as_many_as_there_are(
        DatabaseKind database)
    {
        await using var story = await ApprovalStory.BeginAsync(
            database, options: new() { ["Approval:MaxWaiting"] = "3" });
        var files = Enumerable.Range(0, 8).Select(_ => Ask(story)).ToList();

        var refusals = await ApprovalStory.RefusalsOfAsync(
            files.Select(file => (Func<Task<ActivateResponse>>)(() => story.ActivateAsync(file))));

        Assert.Equal(3, refusals.Count(refusal => refusal?.Reason() == "AWAITING_APPROVAL"));
        Assert.Equal(5, refusals.Count(refusal => refusal?.Reason() == "ACTIVATION_NEEDS_APPROVAL"));
        Assert.Equal(3, (await story.ListParkedAsync()).Count);

        var left = files[Array.FindIndex(refusals, refusal => refusal?.Reason() == "ACTIVATION_NEEDS_APPROVAL")];
        await story.RejectAsync((await story.ListParkedAsync())[0].Name);
        await story.ParkAsync(left);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task The_files_of_all_licenses_together_take_no_more_than_the_bytes_that_are_allowed(DatabaseKind database)
    {
        await using var story = await ApprovalStory.BeginAsync(
            database, options: new() { ["Approval:MaxBytes"] = "2048" });
        var other = await story.Host.CreateLicenseAsync(license => license.ActivationMode = ActivationMode.Approval);
        var files = new[] { Ask(story), Ask(other), Ask(story) };
        Assert.InRange(files.Sum(file => file.Length), 2049, 3072);

        await story.ParkAsync(files[0]);
        await story.ParkAsync(files[1]);
        var refusal = await story.RefusedAsync(files[2]);

        Assert.Equal(("ACTIVATION_NEEDS_APPROVAL", StatusCode.PermissionDenied), (refusal.Reason(), refusal.StatusCode));
        Assert.Equal(TimeSpan.FromMinutes(5), refusal.Find<RetryInfo>()!.RetryDelay.ToTimeSpan());
        await story.ApproveAsync((await story.ListParkedAsync())[0].Name);
        await story.ParkAsync(files[2]);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_request_waits_for_its_time_and_is_parked_anew_after_it(DatabaseKind database)
    {
        var clock = new ManualClock(ApprovalStory.Start);
        await using var story = await ApprovalStory.BeginAsync(
            database, clock, options: new() { ["Approval:Retention"] = "1.00:00:00" });
        var file = Ask(story);
        var first = await story.ParkAsync(file);

        clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(first, await story.ParkAsync(file));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        var expired = Assert.Single(await story.ListParkedAsync(state: ParkedRequestState.Expired));
        var late = await Refusals.OfAsync(() => story.ApproveAsync(first));
        var tooLate = await Refusals.OfAsync(() => story.RejectAsync(first));
        var second = await story.ParkAsync(file);

        Assert.Equal((first, ParkedRequestState.Expired), (expired.Name, expired.State));
        Assert.Equal(("PARKED_REQUEST_CLOSED", "EXPIRED"), (late?.Reason(), late?.Info().Metadata["state"]));
        Assert.Equal("PARKED_REQUEST_CLOSED", tooLate?.Reason());
        Assert.NotEqual(first, second);
        Assert.Equal(second, Assert.Single(await story.ListParkedAsync()).Name);
        Assert.Equal(0, await story.MachinesHeldAsync());
    }

    [Fact]
    public async Task A_decision_is_remembered_from_its_own_time()
    {
        var clock = new ManualClock(ApprovalStory.Start);
        await using var story = await ApprovalStory.BeginAsync(DatabaseKind.Sqlite, clock);
        var file = Ask(story);
        var parked = await story.ParkAsync(file);
        clock.Advance(TimeSpan.FromDays(29));
        await story.RejectAsync(parked);

        clock.Advance(TimeSpan.FromDays(29));
        var told = await story.RefusedAsync(file);
        clock.Advance(TimeSpan.FromDays(1));
        var anew = await story.ParkAsync(file);

        Assert.Equal("APPROVAL_REJECTED", told.Reason());
        Assert.NotEqual(parked, anew);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_key_has_one_request_that_waits_for_a_license_however_many_it_sends(DatabaseKind database)
    {
        await using var story = await ApprovalStory.BeginAsync(database);
        var product = NewProduct();
        var files = Enumerable.Range(0, 5).Select(_ => product.Sign(product.Ask(story.License.Slc))).ToList();

        var names = await Task.WhenAll(files.Select(story.ParkAsync));
        await story.ApproveAsync(names[0]);
        var answers = await Task.WhenAll(files.Select(file => story.ActivateAsync(file)));

        Assert.Single(names.Distinct(StringComparer.Ordinal));
        Assert.Single(answers.Select(answer => answer.Activation.Name).Distinct(StringComparer.Ordinal));
        Assert.Equal(1, await story.MachinesHeldAsync());
    }

    [Fact]
    public async Task Another_request_under_the_same_jti_is_refused()
    {
        await using var story = await ApprovalStory.BeginAsync(DatabaseKind.Sqlite);
        var product = NewProduct();
        var request = product.Ask(story.License.Slc);
        await story.ParkAsync(product.Sign(request));

        var refusal = await story.RefusedAsync(product.Sign(request with { ProductVersion = "5.0" }));

        Assert.Equal("LICENSE_REQUEST_REUSED", refusal.Reason());
    }

    [Fact]
    public async Task Lists_by_license_account_and_state_page_by_page()
    {
        await using var story = await ApprovalStory.BeginAsync(DatabaseKind.Sqlite);
        var other = await story.Host.CreateLicenseAsync(license => license.ActivationMode = ActivationMode.Approval);
        var mine = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            mine.Add(await story.ParkAsync(Ask(story)));
        }

        var foreign = await story.ParkAsync(Ask(other));
        await story.RejectAsync(mine[1]);

        Assert.Equal(mine, await NamesAsync(story, story.License.Name));
        Assert.Equal(mine, await NamesAsync(story, $"{AccountOf(story.License)}/licenses/-"));
        Assert.Equal([foreign], await NamesAsync(story, $"{AccountOf(other)}/licenses/-"));
        Assert.Equal([.. mine, foreign], await NamesAsync(story, "accounts/-/licenses/-"));
        Assert.Equal(
            [mine[0], mine[2], foreign],
            (await story.ListParkedAsync(state: ParkedRequestState.Waiting)).Select(parked => parked.Name));
    }

    [Theory]
    [InlineData("accounts/-/licenses/01981d00-0000-7000-8000-000000000000", StatusCode.InvalidArgument)]
    [InlineData("accounts/01981d00-0000-7000-8000-000000000000/licenses/-", StatusCode.NotFound)]
    [InlineData(
        "accounts/01981d00-0000-7000-8000-000000000000/licenses/01981d00-0000-7000-8000-000000000000", StatusCode.NotFound)]
    public async Task A_list_of_nothing_that_exists_is_refused(string parent, StatusCode code)
    {
        await using var story = await ApprovalStory.BeginAsync(DatabaseKind.Sqlite);

        Assert.Equal(code, (await Refusals.OfAsync(() => story.ListParkedAsync(parent)))?.StatusCode);
    }

    [Fact]
    public async Task A_product_may_neither_see_nor_decide_what_is_parked()
    {
        await using var story = await ApprovalStory.BeginAsync(DatabaseKind.Sqlite);
        var parked = await story.ParkAsync(Ask(story));
        var product = new ActivationService.ActivationServiceClient(story.Host.Anonymous);

        var refusals = await ApprovalStory.RefusalsOfAsync<IMessage>(
        [
            async () => await product.ApproveParkedRequestAsync(new ApproveParkedRequestRequest { Name = parked }),
            async () => await product.RejectParkedRequestAsync(
                new RejectParkedRequestRequest { Name = parked, Reason = "mine" }),
            async () => await product.GetParkedRequestAsync(new GetParkedRequestRequest { Name = parked }),
            async () => await product.ListParkedRequestsAsync(
                new ListParkedRequestsRequest { Parent = story.License.Name }),
        ]);

        Assert.All(refusals, refusal => Assert.Equal(StatusCode.Unauthenticated, refusal?.StatusCode));
        Assert.Equal(ParkedRequestState.Waiting, (await story.GetParkedAsync(parked)).State);
    }

    private static async Task<List<string>> NamesAsync(ActivationStory story, string parent)
    {
        var (names, token) = (new List<string>(), "");
        do
        {
            var page = await story.Approver().ListParkedRequestsAsync(
                new ListParkedRequestsRequest { Parent = parent, PageSize = 2, PageToken = token });
            Assert.InRange(page.ParkedRequests.Count, 1, 2);
            Assert.All(page.ParkedRequests, parked => Assert.True(parked.LicenseRequest.IsEmpty));
            names.AddRange(page.ParkedRequests.Select(parked => parked.Name));
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        return names;
    }

    private static string AccountOf(License license) =>
        license.Name[..license.Name.IndexOf("/licenses/", StringComparison.Ordinal)];

    private ByteString Ask(ActivationStory story) => Ask(story.License);

    private ByteString Ask(License license)
    {
        var product = NewProduct();
        return product.Sign(product.Ask(license.Slc));
    }

    private InstalledProduct NewProduct()
    {
        _products.Add(new InstalledProduct());
        return _products[^1];
    }
}
