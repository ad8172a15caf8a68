using Entitlement.Server.Tests.Activations;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Entitlement.Server.Tests.Licenses;

public class LicenseUpdateTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task An_expired_license_with_a_later_end_activates_again(DatabaseKind database)
    {
        var clock = new ManualClock(new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var story = await ActivationStory.BeginAsync(
            database, license => license.EndTime = Timestamp.FromDateTimeOffset(clock.GetUtcNow().AddDays(10)), clock);
        using var product = new InstalledProduct();
        var file = product.Sign(product.Ask(story.License.Slc));
        clock.Advance(TimeSpan.FromDays(11));
        var late = await story.RefusedAsync(file);
        var end = clock.GetUtcNow().AddDays(365);

        var license = await UpdateAsync(story, new License { EndTime = Timestamp.FromDateTimeOffset(end) }, ["end_time"]);
        var answer = await story.ActivateAsync(file);

        Assert.Equal("LICENSE_EXPIRED", late.Reason());
        Assert.Equal((LicenseState.Active, end), (license.State, license.EndTime.ToDateTimeOffset()));
        Assert.Equal(end, ActivationStory.Read(answer.LicenseFile).LicenseUntil);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Changes_the_named_fields_alone_and_a_time_that_is_unset_is_taken_away(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, license =>
        {
            license.Edition = "pro";
            license.CareEndTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddYears(57));
        });

        var wanted = new License { Edition = "ultimate", MachineLimit = 7, ReleaseLimit = 0 };
        var license = await UpdateAsync(story, wanted, ["machine_limit", "care_end_time", "release_limit"]);

        var expected = story.License.Clone();
        (expected.MachineLimit, expected.SoldMachineLimit, expected.CareEndTime, expected.ReleaseLimit) = (7, 7, null, 0);
        Assert.Equal(expected, license);
        Assert.Equal("pro", license.Edition);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_limit_and_seats_that_race_never_leave_more_held_than_allowed(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, license => license.MachineLimit = 12);
        var products = Enumerable.Range(0, 12).Select(_ => new InstalledProduct()).ToList();

        var lowering = Enumerable.Range(0, 8).Select(i => Refusals.OfAsync(async () =>
            await UpdateAsync(story, new License { MachineLimit = 11 - i }, ["machine_limit"])));
        var taking = products.Select(product => Refusals.OfAsync(async () =>
            await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc)))));
        var refusals = (await Task.WhenAll(taking.Concat(lowering))).OfType<RpcException>().ToList();

        var license = await story.Host.ReadAsync(story.License);
        Assert.InRange(license.MachinesHeld, 1, license.MachineLimit);
        Assert.All(refusals, refusal => Assert.True(
            refusal.Reason() is "SEATS_EXHAUSTED" or "LIMIT_BELOW_USE" or "CONCURRENT_CHANGE", refusal.Status.Detail));
        products.ForEach(product => product.Dispose());
    }

    [Fact]
    public async Task A_limit_below_what_is_held_is_refused_with_the_numbers()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite, license => license.MachineLimit = 3);
        foreach (var _ in Enumerable.Range(0, 2))
        {
            using var product = new InstalledProduct();
            await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc)));
        }

        var refusal = await Refusals.OfAsync(() => UpdateAsync(story, new License { MachineLimit = 1 }, ["machine_limit"]));

        Assert.NotNull(refusal);
        Assert.Equal(("LIMIT_BELOW_USE", StatusCode.FailedPrecondition), (refusal.Reason(), refusal.StatusCode));
        Assert.Equal(("machines", "1", "2"), (
            refusal.Info().Metadata["line"], refusal.Info().Metadata["limit"], refusal.Info().Metadata["held"]));
        Assert.Equal(3, (await story.Host.ReadAsync(story.License)).MachineLimit);
    }

    [Fact]
    public async Task The_same_call_again_takes_effect_once_also_when_another_came_in_between()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite);
        var id = $"{Guid.NewGuid()}";
        await UpdateAsync(story, new License { MachineLimit = 5 }, ["machine_limit"], id);
        await UpdateAsync(story, new License { MachineLimit = 9 }, ["machine_limit"]);

        var again = await UpdateAsync(story, new License { MachineLimit = 5 }, ["machine_limit"], id);

        Assert.Equal(9, again.MachineLimit);
    }

    [Fact]
    public async Task A_revoked_license_is_not_changed_any_more()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite);
        await new LicenseService.LicenseServiceClient(story.Host.Administrator).RevokeLicenseAsync(
            new RevokeLicenseRequest { Name = story.License.Name, Reason = "unpaid" });

        var refusal = await Refusals.OfAsync(() => UpdateAsync(story, new License { MachineLimit = 5 }, ["machine_limit"]));

        Assert.Equal("LICENSE_REVOKED", refusal?.Reason());
    }

    [Fact]
    public async Task Names_the_field_that_is_wrong()
    {
        await using var shop = await Shop.OpenAsync(DatabaseKind.Sqlite);
        var name = (await shop.NewLicenseAsync()).Name;
        var past = Timestamp.FromDateTimeOffset(shop.Clock.GetUtcNow());

        await Shop.AllNameTheirFieldAsync(
            Case("name", "no license", request => request.Name = "licenses/1"),
            Case("license", "missing", request => request.License = null),
            Case("update_mask", "missing", request => request.UpdateMask = null),
            Case("update_mask", "empty", request => request.UpdateMask.Paths.Clear()),
            Case("update_mask", "a field that does not change", request => request.UpdateMask.Paths.Add("slc")),
            Case("reason", "missing", request => request.Reason = ""),
            Case("request_id", "no UUID", request => request.RequestId = "1"),
            Case("license.machine_limit", "negative", request => request.License.MachineLimit = -1),
            Case("license.end_time", "not in the future", request =>
            {
                request.UpdateMask.Paths.Add("end_time");
                request.License.EndTime = past;
            }));

        (string, string, Func<AsyncUnaryCall<UpdateLicenseResponse>>) Case(string field, string title, Action<UpdateLicenseRequest> spoil)
        {
            return (field, title, Call);

            AsyncUnaryCall<UpdateLicenseResponse> Call()
            {
                var request = new UpdateLicenseRequest
                {
                    Name = name,
                    License = new License { MachineLimit = 2 },
                    UpdateMask = new FieldMask { Paths = { "machine_limit" } },
                    Reason = "sold",
                };
                spoil(request);
                return shop.Licenses.UpdateLicenseAsync(request);
            }
        }
    }

    private static async Task<License> UpdateAsync(ActivationStory story, License wanted, string[] fields, string requestId = "")
    {
        var answer = await new LicenseService.LicenseServiceClient(story.Host.Administrator).UpdateLicenseAsync(new UpdateLicenseRequest
        {
            Name = story.License.Name,
            License = wanted,
            UpdateMask = new FieldMask { Paths = { fields } },
            Reason = "An order.",
            RequestId = requestId,
        });
        return answer.License;
    }
}
