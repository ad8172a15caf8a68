using Entitlement.Client.Audit;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Entitlement.Server.Tests.Audit;

public class AuditServiceTests
{
    private const string AllAccounts = "accounts/-";

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Lists_the_records_of_an_account_and_of_no_other(DatabaseKind database)
    {
        await using var trail = await Trail.BeginAsync(database);
        var license = await trail.Host.CreateLicenseAsync();
        await trail.Host.CreateLicenseAsync();
        var account = license.Name[..license.Name.IndexOf("/licenses", StringComparison.Ordinal)];

        var records = await ListAsync(trail, new ListAuditRecordsRequest { Parent = account });

        // Of one millisecond, so that their ids may have either order.
        Assert.Equal(
            [("account.create", account), ("license.create", license.Name)],
            records.Select(record => (record.Action, record.Resource)).Order());
        Assert.All(records, record => Assert.StartsWith($"{account}/auditRecords/", record.Name, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Lists_all_records_in_the_order_of_the_trail_whatever_the_size_of_the_pages(DatabaseKind database)
    {
        await using var trail = await Trail.OfFourBlocksAsync(database);
        await trail.Host.CreateLicenseAsync();
        var all = await ListAsync(trail, new ListAuditRecordsRequest { Parent = AllAccounts, PageSize = 1000 });
        foreach (var size in new[] { 1, 3, 4 })
        {
            Assert.Equal(all, await ListAsync(trail, new ListAuditRecordsRequest { Parent = AllAccounts, PageSize = size }));
        }

        Assert.Equal((await trail.Records.ReadAsync()).Count, all.Count);
        Assert.Equal(all.Select(record => record.Block), all.Select(record => record.Block).OrderBy(block => block == 0 ? long.MaxValue : block));
        Assert.Equal([0L, 1L, 2L, 3L, 4L], all.Select(record => record.Block).Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Lists_only_what_a_filter_lets_through(DatabaseKind database)
    {
        await using var trail = await Trail.BeginAsync(database);
        var license = await trail.Host.CreateLicenseAsync();
        trail.Clock.Advance(TimeSpan.FromHours(1));
        var time = trail.Clock.GetUtcNow().ToTimestamp();
        await new LicenseService.LicenseServiceClient(trail.Host.Administrator).RevokeLicenseAsync(
            new RevokeLicenseRequest { Name = license.Name, Reason = "Returned." });
        ListAuditRecordsRequest[] filters =
        [
            new() { Action = "license.revoke" },
            new() { Resource = license.Name, StartTime = time },
            new() { StartTime = time },
            new() { Resource = license.Name, EndTime = time },
            new() { Actor = "nobody" },
        ];

        var listed = new List<string>();
        foreach (var filter in filters)
        {
            filter.Parent = AllAccounts;
            filter.PageSize = 1;
            listed.Add(string.Join(' ', (await ListAsync(trail, filter)).Select(record => record.Action)));
        }

        Assert.Equal(["license.revoke", "license.revoke", "license.revoke", "license.create", ""], listed);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Shows_a_reason_beside_what_is_sealed_of_it(DatabaseKind database)
    {
        await using var trail = await Trail.OfFourBlocksAsync(database);

        var record = Assert.Single(await ListAsync(
            trail, new ListAuditRecordsRequest { Parent = AllAccounts, Action = "license.suspend" }));

        Assert.Equal(("Überfällig", "{}", 32, 32), (record.Reason, record.Details, record.ReasonSalt.Length, record.ReasonCommitment.Length));
    }

    [Fact]
    public async Task Refuses_an_account_that_there_is_not_and_a_token_of_another_list()
    {
        await using var trail = await Trail.OfFourBlocksAsync(DatabaseKind.Sqlite);
        var page = await trail.Service.ListAuditRecordsAsync(new ListAuditRecordsRequest { Parent = AllAccounts, PageSize = 1 });

        var missing = await Shop.RefusedAsync(trail.Service.ListAuditRecordsAsync(
            new ListAuditRecordsRequest { Parent = $"accounts/{Guid.NewGuid()}" }));
        var otherFilter = await Shop.RefusedAsync(trail.Service.ListAuditRecordsAsync(
            new ListAuditRecordsRequest { Parent = AllAccounts, PageToken = page.NextPageToken, Action = "license.create" }));
        var otherList = await Shop.RefusedAsync(trail.Service.ListAuditBlocksAsync(
            new ListAuditBlocksRequest { PageToken = page.NextPageToken }));

        Assert.Equal("NOT_FOUND", missing.Reason());
        Assert.Equal(("page_token", "page_token"), (otherFilter.Info().Metadata["field"], otherList.Info().Metadata["field"]));
    }

    [Fact]
    public async Task Shows_nothing_to_callers_without_credentials()
    {
        await using var trail = await Trail.OfFourBlocksAsync(DatabaseKind.Sqlite);
        var anonymous = new AuditService.AuditServiceClient(trail.Host.Anonymous);
        Func<Task>[] calls =
        [
            async () => await anonymous.ListAuditRecordsAsync(new ListAuditRecordsRequest { Parent = AllAccounts }),
            async () => await anonymous.ListAuditBlocksAsync(new ListAuditBlocksRequest()),
            async () => await anonymous.ListIssuedGenerationsAsync(new ListIssuedGenerationsRequest()),
            async () => await anonymous.GetAuditHeadAsync(new GetAuditHeadRequest()),
        ];

        foreach (var call in calls)
        {
            Assert.Equal("UNAUTHENTICATED", (await Assert.ThrowsAsync<RpcException>(call)).Reason());
        }
    }

    [Fact]
    public async Task Serves_on_without_an_audit_key_and_says_so()
    {
        await using var host = await EntitlementHost.StartAsync(DatabaseKind.Sqlite);
        await host.StopAsync();
        foreach (var file in new[] { "root.key.pem", "audit.key.pem", "audit.pem" })
        {
            File.Delete(Path.Combine(host.DataDirectory, "keys", file));
        }

        await host.StartAgainAsync();
        await host.CreateLicenseAsync();
        var refusal = await Shop.RefusedAsync(
            new AuditService.AuditServiceClient(host.Administrator).GetAuditHeadAsync(new GetAuditHeadRequest()));

        var report = await new AuditVerification(new AuditService.AuditServiceClient(host.Administrator), [])
            .RunAsync(saved: null, progress: null, CancellationToken.None);

        Assert.Equal([AuditFault.HeadMissing], report.Findings.Select(finding => finding.Fault));
        Assert.Equal(("AUDIT_KEY_UNUSABLE", StatusCode.FailedPrecondition), (refusal.Reason(), refusal.StatusCode));
        Assert.Contains(host.Logs.Lines, line => line.EventId == 1702);
    }

    private static async Task<List<AuditRecord>> ListAsync(Trail trail, ListAuditRecordsRequest request)
    {
        var records = new List<AuditRecord>();
        request.PageToken = "";
        do
        {
            var page = await trail.Service.ListAuditRecordsAsync(request);
            records.AddRange(page.Records);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        return records;
    }
}
