using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Server.Tests.Licenses;

public class LicenseTransitionTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Suspends_reinstates_and_revokes_and_records_why(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var license = await shop.NewLicenseAsync();

        var suspended = await SuspendAsync(shop, license, "unpaid");
        shop.Clock.Advance(TimeSpan.FromDays(1));
        var reinstated = await ReinstateAsync(shop, license, "paid");
        shop.Clock.Advance(TimeSpan.FromDays(1));
        var revoked = await RevokeAsync(shop, license, "returned");

        Assert.Equal(
            [LicenseState.Suspended, LicenseState.Active, LicenseState.Revoked],
            new[] { suspended, reinstated, revoked }.Select(one => one.State));
        Assert.Equal(license.CreateTime, suspended.SuspendTime);
        Assert.Null(reinstated.SuspendTime);
        Assert.Equal(license.CreateTime.ToDateTimeOffset().AddDays(2), revoked.RevokeTime.ToDateTimeOffset());
        Assert.Equal(revoked, (await shop.Licenses.GetLicenseAsync(new GetLicenseRequest { Name = license.Name })).License);
        Assert.Equal(
            [
                ("license.reinstate", license.Name, "paid"),
                ("license.revoke", license.Name, "returned"),
                ("license.suspend", license.Name, "unpaid"),
            ],
            await ChangesAsync(shop));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Keeps_the_first_time_and_record_when_done_again(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var license = await shop.NewLicenseAsync();

        await SuspendAsync(shop, license, "unpaid");
        shop.Clock.Advance(TimeSpan.FromDays(1));
        var suspended = await SuspendAsync(shop, license, "still unpaid");
        await RevokeAsync(shop, license, "returned");
        shop.Clock.Advance(TimeSpan.FromDays(1));
        var revoked = await RevokeAsync(shop, license, "returned again");

        Assert.Equal(license.CreateTime, suspended.SuspendTime);
        Assert.Equal(license.CreateTime.ToDateTimeOffset().AddDays(1), revoked.RevokeTime.ToDateTimeOffset());
        Assert.Equal(
            [
                ("license.revoke", license.Name, "returned"),
                ("license.suspend", license.Name, "unpaid"),
            ],
            await ChangesAsync(shop));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Refuses_what_can_no_longer_or_not_yet_be(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var license = await shop.NewLicenseAsync();

        var tooEarly = await Assert.ThrowsAsync<RpcException>(() => ReinstateAsync(shop, license, "paid"));
        await RevokeAsync(shop, license, "returned");
        var suspension = await Assert.ThrowsAsync<RpcException>(() => SuspendAsync(shop, license, "unpaid"));
        var reinstatement = await Assert.ThrowsAsync<RpcException>(() => ReinstateAsync(shop, license, "paid"));

        Assert.Equal(
            [
                (StatusCode.FailedPrecondition, "LICENSE_NOT_SUSPENDED", license.Name),
                (StatusCode.FailedPrecondition, "LICENSE_REVOKED", license.Name),
                (StatusCode.FailedPrecondition, "LICENSE_REVOKED", license.Name),
            ],
            new[] { tooEarly, suspension, reinstatement }
                .Select(refusal => (refusal.StatusCode, refusal.Reason(), refusal.Info().Metadata["license"])));
        Assert.Equal(["license.revoke"], (await ChangesAsync(shop)).Select(change => change.Action));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Answers_a_repeated_request_as_the_license_is_now(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var license = await shop.NewLicenseAsync();
        var ids = Enumerable.Range(0, 3).Select(_ => $"{Guid.NewGuid()}").ToArray();

        await SuspendAsync(shop, license, "unpaid", ids[0]);
        await ReinstateAsync(shop, license, "paid", ids[1]);
        var suspendedAgain = await SuspendAsync(shop, license, "unpaid", ids[0]);
        var reinstatedAgain = await ReinstateAsync(shop, license, "paid", ids[1]);
        await RevokeAsync(shop, license, "returned", ids[2]);
        var revokedAgain = await RevokeAsync(shop, license, "returned", ids[2]);
        var reinstatedLater = await ReinstateAsync(shop, license, "paid", ids[1]);

        Assert.Equal(
            [LicenseState.Active, LicenseState.Active, LicenseState.Revoked, LicenseState.Revoked],
            new[] { suspendedAgain, reinstatedAgain, revokedAgain, reinstatedLater }.Select(one => one.State));
        Assert.Equal(
            ["license.reinstate", "license.revoke", "license.suspend"],
            (await ChangesAsync(shop)).Select(change => change.Action));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Refuses_a_request_id_that_came_with_another_reason(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var license = await shop.NewLicenseAsync();
        var id = $"{Guid.NewGuid()}";
        await SuspendAsync(shop, license, "unpaid", id);

        var refusal = await Assert.ThrowsAsync<RpcException>(() => SuspendAsync(shop, license, "fraud", id));
        var otherMethod = await ReinstateAsync(shop, license, "paid", id);

        Assert.Equal("REQUEST_ID_REUSED", refusal.Reason());
        Assert.Equal(LicenseState.Active, otherMethod.State);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Reinstates_once_when_one_request_is_sent_many_times_at_once(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var license = await shop.NewLicenseAsync();
        await SuspendAsync(shop, license, "unpaid");
        var id = $"{Guid.NewGuid()}";

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => ReinstateAsync(shop, license, "paid", id)));

        Assert.All(answers, answer => Assert.Equal(LicenseState.Active, answer.State));
        Assert.Single(await ChangesAsync(shop), change => change.Action == "license.reinstate");
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Suspends_once_when_many_want_it_at_once(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var license = await shop.NewLicenseAsync();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(index => SuspendAsync(shop, license, $"reason {index}")));

        Assert.Single(await ChangesAsync(shop));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Names_the_field_that_is_wrong_and_changes_nothing(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var license = await shop.NewLicenseAsync();
        var wrong = new (string Field, string Name, string Reason, string RequestId)[]
        {
            ("name", license.Name.Split("/licenses")[0], "unpaid", ""),
            ("name", "", "unpaid", ""),
            ("reason", license.Name, "", ""),
            ("reason", license.Name, new string('x', 257), ""),
            ("reason", license.Name, "un\npaid", ""),
            ("request_id", license.Name, "unpaid", "first"),
        };

        await Shop.AllNameTheirFieldAsync(wrong.Select(one => (one.Field, $"suspend {one}", (Func<AsyncUnaryCall<SuspendLicenseResponse>>)(() =>
            shop.Licenses.SuspendLicenseAsync(new SuspendLicenseRequest { Name = one.Name, Reason = one.Reason, RequestId = one.RequestId })))));
        await Shop.AllNameTheirFieldAsync(wrong.Select(one => (one.Field, $"reinstate {one}", (Func<AsyncUnaryCall<ReinstateLicenseResponse>>)(() =>
            shop.Licenses.ReinstateLicenseAsync(new ReinstateLicenseRequest { Name = one.Name, Reason = one.Reason, RequestId = one.RequestId })))));
        await Shop.AllNameTheirFieldAsync(wrong.Select(one => (one.Field, $"revoke {one}", (Func<AsyncUnaryCall<RevokeLicenseResponse>>)(() =>
            shop.Licenses.RevokeLicenseAsync(new RevokeLicenseRequest { Name = one.Name, Reason = one.Reason, RequestId = one.RequestId })))));

        Assert.Empty(await ChangesAsync(shop));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Does_not_reach_a_license_through_another_account(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var license = await shop.NewLicenseAsync();
        var elsewhere = new License { Name = $"{await shop.NewAccountAsync("Another")}/licenses/{license.Name.Split('/')[3]}" };

        var refusals = new[]
        {
            await Shop.RefusedAsync(shop.Licenses.GetLicenseAsync(new GetLicenseRequest { Name = elsewhere.Name })),
            await Assert.ThrowsAsync<RpcException>(() => SuspendAsync(shop, elsewhere, "unpaid")),
            await Assert.ThrowsAsync<RpcException>(() => ReinstateAsync(shop, elsewhere, "paid")),
            await Assert.ThrowsAsync<RpcException>(() => RevokeAsync(shop, elsewhere, "returned")),
        };

        Assert.All(refusals, refusal => Assert.Equal(
            (StatusCode.NotFound, "NOT_FOUND", elsewhere.Name),
            (refusal.StatusCode, refusal.Reason(), refusal.Info().Metadata["resource"])));
        Assert.Equal(license, (await shop.Licenses.GetLicenseAsync(new GetLicenseRequest { Name = license.Name })).License);
    }

    private static async Task<License> SuspendAsync(Shop shop, License license, string reason, string requestId = "") =>
        (await shop.Licenses.SuspendLicenseAsync(
            new SuspendLicenseRequest { Name = license.Name, Reason = reason, RequestId = requestId })).License;

    private static async Task<License> ReinstateAsync(Shop shop, License license, string reason, string requestId = "") =>
        (await shop.Licenses.ReinstateLicenseAsync(
            new ReinstateLicenseRequest { Name = license.Name, Reason = reason, RequestId = requestId })).License;

    private static async Task<License> RevokeAsync(Shop shop, License license, string reason, string requestId = "") =>
        (await shop.Licenses.RevokeLicenseAsync(
            new RevokeLicenseRequest { Name = license.Name, Reason = reason, RequestId = requestId })).License;

    /// <summary>The recorded changes of licenses, in the order of their actions.</summary>
    private static async Task<IEnumerable<(string Action, string Resource, string? Reason)>> ChangesAsync(Shop shop) =>
        (await shop.AuditAsync())
            .Where(record => record.Action is "license.suspend" or "license.reinstate" or "license.revoke")
            .Select(record => (record.Action, record.Resource, record.Reason))
            .Order();
}
