using System.Text;
using Entitlement.Formats;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace Entitlement.Server.Tests.Activations;

public sealed class RefusalTests : IDisposable
{
    private static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow();

    private readonly InstalledProduct _product = new();
    private readonly ManualClock _clock = new(Start);

    public void Dispose() => _product.Dispose();

    public static TheoryData<string, StatusCode, string, Func<LicenseRequest, LicenseRequest>> WrongRequests => new()
    {
        { "WRONG_OPERATION", StatusCode.InvalidArgument, "op", request => request with { Operation = LicenseRequestOperation.Refresh } },
        {
            "WRONG_OPERATION", StatusCode.InvalidArgument, "op",
            request => request with { Operation = LicenseRequestOperation.Replace, Replaces = "accounts/a/licenses/b/activations/c" }
        },
        { "WRONG_AUDIENCE", StatusCode.InvalidArgument, "aud", request => request with { Audience = "https://elsewhere.example" } },
        { "WRONG_PRODUCT", StatusCode.FailedPrecondition, "product", request => request with { Product = "other" } },
        { "SLC_MISTYPED", StatusCode.InvalidArgument, "", request => request with { Slc = Mistype(request.Slc) } },
        { "SLC_UNKNOWN", StatusCode.NotFound, "slc_ending", request => request with { Slc = Domain.Licenses.Slc.Random().ToGroups() } },
        { "BUILD_NOT_COVERED", StatusCode.FailedPrecondition, "build_date", request => request with { BuildDate = new DateOnly(2026, 7, 2) } },
        { "FEATURE_NOT_LICENSED", StatusCode.FailedPrecondition, "feature", request => request with { Devices = [new("a", "laser")] } },
        { "INVALID_ARGUMENT", StatusCode.InvalidArgument, "field", request => request with { Generation = int.MaxValue } },
    };

    [Theory]
    [MemberData(nameof(WrongRequests))]
    public async Task A_request_that_is_wrong_is_refused_with_its_reason_and_changes_nothing(
        string reason, StatusCode status, string metadata, Func<LicenseRequest, LicenseRequest> change)
    {
        foreach (var database in Databases.All.Select(row => (DatabaseKind)row[0]))
        {
            await using var story = await ActivationStory.BeginAsync(
                database, license => license.CareEndTime = new DateTimeOffset(2026, 7, 1, 8, 0, 0, TimeSpan.Zero).ToTimestamp());
            var before = await story.SnapshotAsync();

            var refusal = await story.RefusedAsync(_product.Sign(change(_product.Ask(story.License.Slc))));

            AssertRefused(refusal, reason, status);
            Assert.Equal(metadata.Length > 0, refusal.Info().Metadata.ContainsKey(metadata));
            Assert.Equal(before, await story.SnapshotAsync());
        }
    }

    [Fact]
    public async Task A_license_file_that_would_be_too_large_is_told_as_that_and_not_as_a_wrong_request()
    {
        const int Count = 4_500;
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite, license => license.Features.Add(
            new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = Count }));
        var before = await story.SnapshotAsync();

        // A rare character takes four bytes in the request, and twelve where JSON is written to be safe everywhere.
        var rare = string.Concat(Enumerable.Repeat("\U0001F4F7", 60));
        var devices = Enumerable.Range(0, Count).Select(i => $$"""{"id":"{{rare}}{{i}}","feature":"camera"}""");
        var file = _product.Sign(_product.Ask(story.License.Slc), claims => claims.Replace(
            "\"devices\":[]", $"\"devices\":[{string.Join(',', devices)}]", StringComparison.Ordinal));
        var refusal = await story.RefusedAsync(file);
        var preview = await story.PreviewAsync(file);

        AssertRefused(refusal, "LICENSE_FILE_TOO_LARGE", StatusCode.FailedPrecondition);
        Assert.Equal($"{LicenseFile.MaxBytes}", refusal.Info().Metadata["max_bytes"]);
        Assert.Null(refusal.Find<BadRequest>());
        Assert.Equal(refusal.Details(), preview.Refusal);
        Assert.Equal(before, await story.SnapshotAsync());
    }

    public static TheoryData<string, Func<LicenseRequest, LicenseRequest>> WrongMembers => new()
    {
        { "license_request.op", request => request with { Operation = LicenseRequestOperation.Refresh } },
        { "license_request.aud", request => request with { Audience = "https://elsewhere.example" } },
        { "license_request.slc", request => request with { Slc = Mistype(request.Slc) } },
        { "license_request.gen", request => request with { Generation = int.MaxValue } },
    };

    [Theory]
    [MemberData(nameof(WrongMembers))]
    public async Task A_wrong_argument_is_told_by_the_member_that_is_wrong(
        string field, Func<LicenseRequest, LicenseRequest> change)
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite);

        var refusal = await story.RefusedAsync(_product.Sign(change(_product.Ask(story.License.Slc))));

        var violation = Assert.Single(refusal.Find<BadRequest>()!.FieldViolations);
        Assert.Equal(field, violation.Field);
        Assert.NotEmpty(violation.Description);
    }

    [Theory]
    [InlineData(ActivationMode.SelfService, false, null)]
    [InlineData(ActivationMode.SelfService, true, null)]
    [InlineData(ActivationMode.PortalOnly, false, "ACTIVATION_BY_PORTAL_ONLY")]
    [InlineData(ActivationMode.PortalOnly, true, null)]
    [InlineData(ActivationMode.Approval, false, "AWAITING_APPROVAL")]
    [InlineData(ActivationMode.Approval, true, null)]
    public async Task The_activation_mode_says_who_may_take_a_seat(ActivationMode mode, bool asAdministrator, string? reason)
    {
        foreach (var database in Databases.All.Select(row => (DatabaseKind)row[0]))
        {
            await using var story = await ActivationStory.BeginAsync(database, license => license.ActivationMode = mode);
            var file = _product.Sign(_product.Ask(story.License.Slc));

            var refusal = await Record.ExceptionAsync(() => story.ActivateAsync(file, asAdministrator)) as RpcException;

            Assert.Equal(reason, refusal?.Reason());
            Assert.Contains(
                refusal?.StatusCode,
                new StatusCode?[] { null, mode == ActivationMode.Approval ? StatusCode.FailedPrecondition : StatusCode.PermissionDenied });
        }
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_request_that_an_administrator_handed_in_is_then_answered_to_the_product_itself(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, license => license.ActivationMode = ActivationMode.Approval);
        var file = _product.Sign(_product.Ask(story.License.Slc));
        await story.RefusedAsync(file);
        var approved = await story.ActivateAsync(file, asAdministrator: true);

        var answered = await story.ActivateAsync(file);

        Assert.Equal(approved.LicenseFile, answered.LicenseFile);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_call_with_wrong_credentials_never_falls_back_to_being_a_products(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database);
        var client = new ActivationService.ActivationServiceClient(story.Host.Connect("ent_wrong"));
        var file = _product.Sign(_product.Ask(story.License.Slc));

        var refusal = await Assert.ThrowsAsync<RpcException>(() =>
            client.ActivateAsync(new ActivateRequest { LicenseRequest = file }).ResponseAsync);

        AssertRefused(refusal, "UNAUTHENTICATED", StatusCode.Unauthenticated);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_license_out_of_force_answers_neither_new_requests_nor_old_ones_until_it_is_back(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, license => license.MachineLimit = 5);
        var licenses = new LicenseService.LicenseServiceClient(story.Host.Administrator);
        var old = _product.Sign(_product.Ask(story.License.Slc));
        var answer = await story.ActivateAsync(old);

        await licenses.SuspendLicenseAsync(new SuspendLicenseRequest { Name = story.License.Name, Reason = "unpaid" });
        AssertRefused(await story.RefusedAsync(old), "LICENSE_SUSPENDED", StatusCode.FailedPrecondition);
        AssertRefused(
            await story.RefusedAsync(_product.Sign(_product.Ask(story.License.Slc))), "LICENSE_SUSPENDED", StatusCode.FailedPrecondition);
        await licenses.ReinstateLicenseAsync(new ReinstateLicenseRequest { Name = story.License.Name, Reason = "paid" });
        Assert.Equal(answer.LicenseFile, (await story.ActivateAsync(old)).LicenseFile);
        await licenses.RevokeLicenseAsync(new RevokeLicenseRequest { Name = story.License.Name, Reason = "fraud" });
        AssertRefused(await story.RefusedAsync(old), "LICENSE_REVOKED", StatusCode.FailedPrecondition);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_license_is_over_at_its_end_and_not_before(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(
            database, license => license.EndTime = Start.AddDays(20).ToTimestamp(), _clock);
        _clock.Advance(TimeSpan.FromDays(20) - TimeSpan.FromSeconds(1));
        var old = _product.Sign(_product.Ask(story.License.Slc));
        await story.ActivateAsync(old);

        _clock.Advance(TimeSpan.FromSeconds(1));

        AssertRefused(await story.RefusedAsync(old), "LICENSE_EXPIRED", StatusCode.FailedPrecondition);
    }

    public static TheoryData<string, string> WrongFiles => new()
    {
        { "", "NOT_COMPACT_JWS" },
        { "not a file", "NOT_COMPACT_JWS" },
        { "a.b.c", "NOT_CANONICAL_BASE64_URL" },
        { new string('a', 2 * 1024 * 1024), "NOT_COMPACT_JWS" },
        { new string('a', (2 * 1024 * 1024) + 1), "TOO_LARGE" },
    };

    [Theory]
    [MemberData(nameof(WrongFiles))]
    public async Task A_file_that_is_no_request_is_refused_by_the_rule_that_it_breaks(string content, string code)
    {
        await using var host = await EntitlementHost.StartAsync();
        var client = new ActivationService.ActivationServiceClient(host.Anonymous);

        var refusal = await Assert.ThrowsAsync<RpcException>(() => client.ActivateAsync(
            new ActivateRequest { LicenseRequest = ByteString.CopyFrom(Encoding.ASCII.GetBytes(content)) }).ResponseAsync);

        AssertRefused(refusal, "LICENSE_REQUEST_INVALID", StatusCode.InvalidArgument);
        Assert.Equal(code, refusal.Info().Metadata["code"]);
        Assert.StartsWith("license_request", Assert.Single(refusal.Find<BadRequest>()!.FieldViolations).Field, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_request_that_was_altered_anywhere_is_refused(int part)
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite);
        var parts = _product.Sign(_product.Ask(story.License.Slc)).ToStringUtf8().Trim().Split('.');
        parts[part] = (parts[part][0] == 'e' ? "f" : "e") + parts[part][1..];

        var refusal = await story.RefusedAsync(ByteString.CopyFromUtf8(string.Join('.', parts)));

        AssertRefused(refusal, "LICENSE_REQUEST_INVALID", StatusCode.InvalidArgument);
    }

    private static void AssertRefused(RpcException refusal, string reason, StatusCode status)
    {
        Assert.Equal(reason, refusal.Reason());
        Assert.Equal(status, refusal.StatusCode);
        Assert.Equal("entitlement.v1", refusal.Info().Domain);
        Assert.NotNull(refusal.Find<Help>());
        Assert.DoesNotContain("Exception", refusal.Status.Detail, StringComparison.Ordinal);
    }

    private static string Mistype(string slc) => slc[..^1] + (slc[^1] == 'A' ? 'C' : 'A');
}
