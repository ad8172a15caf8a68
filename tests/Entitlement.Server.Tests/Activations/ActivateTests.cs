using Entitlement.Storage;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Server.Tests.Activations;

public sealed class ActivateTests : IDisposable
{
    private readonly InstalledProduct _product = new();

    public void Dispose() => _product.Dispose();

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_valid_request_gets_a_license_file_that_verifies_offline(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, license => license.Edition = "pro");
        var request = _product.Ask(story.License.Slc);
        var file = _product.Sign(request);

        var response = await story.ActivateAsync(file);

        var result = story.Verify(response.LicenseFile, _product);
        Assert.True(result.IsValid, result.Message);
        Assert.Equal(response.Activation.Name, result.Claims!.Subject);
        Assert.Equal("pro", result.Claims.Edition);
        Assert.Equal(1, result.Claims.Generation);
        Assert.Equal(TimeSpan.FromDays(30), result.Claims.ExpireTime - result.Claims.IssueTime);
        Assert.StartsWith(story.License.Name + "/activations/", response.Activation.Name, StringComparison.Ordinal);
        Assert.Equal(1, (await story.Host.ReadAsync(story.License)).MachinesHeld);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task The_same_request_again_gets_the_identical_file_and_moves_no_seat_also_after_a_restart(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database);
        var file = _product.Sign(_product.Ask(story.License.Slc));
        var first = await story.ActivateAsync(file);
        var before = await story.SnapshotAsync();

        var second = await story.ActivateAsync(file);
        await story.Host.StopAsync();
        await story.Host.StartAgainAsync();
        var third = await story.ActivateAsync(file);

        Assert.False(first.RepeatedAnswer);
        Assert.All([second, third], again =>
        {
            Assert.True(again.RepeatedAnswer);
            Assert.False(again.NewerFileExists);
            Assert.Equal(first.LicenseFile, again.LicenseFile);
            Assert.Equal(first.Activation, again.Activation);
        });
        Assert.Equal(before, await story.SnapshotAsync());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task The_same_request_many_times_at_once_gets_one_file(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database);
        var file = _product.Sign(_product.Ask(story.License.Slc));

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => story.ActivateAsync(file)));

        Assert.Single(answers.Select(answer => answer.LicenseFile).Distinct());
        Assert.Single(answers, answer => !answer.RepeatedAnswer);
        Assert.Equal(1, (await story.Host.ReadAsync(story.License)).MachinesHeld);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task The_signature_written_anew_is_the_same_request(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database);
        var request = _product.Ask(story.License.Slc);
        var first = await story.ActivateAsync(_product.Sign(request));

        var again = await story.ActivateAsync(_product.Sign(request));

        Assert.Equal(first.LicenseFile, again.LicenseFile);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Another_request_under_the_same_jti_is_refused_and_changes_nothing(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database);
        var request = _product.Ask(story.License.Slc);
        await story.ActivateAsync(_product.Sign(request));
        var before = await story.SnapshotAsync();

        var refusal = await story.RefusedAsync(_product.Sign(request with { ProductVersion = "4.3" }));

        Assert.Equal(StatusCode.AlreadyExists, refusal.StatusCode);
        Assert.Equal("LICENSE_REQUEST_REUSED", refusal.Reason());
        Assert.Equal($"{request.Jti}", refusal.Info().Metadata["jti"]);
        Assert.Equal(before, await story.SnapshotAsync());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_new_request_of_an_activated_key_gets_the_next_generation_and_takes_no_seat(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database);
        var old = _product.Sign(_product.Ask(story.License.Slc));
        var first = await story.ActivateAsync(old);

        var second = await story.ActivateAsync(_product.Sign(_product.Ask(story.License.Slc) with { Generation = 1 }));
        var oldAgain = await story.ActivateAsync(old);

        Assert.Equal(first.Activation.Name, second.Activation.Name);
        Assert.Equal(2, ActivationStory.Read(second.LicenseFile).Generation);
        Assert.Equal(GenerationNotice.Unspecified, second.GenerationNotice);
        Assert.Equal(first.LicenseFile, oldAgain.LicenseFile);
        Assert.True(oldAgain.NewerFileExists);
        Assert.Equal(1, (await story.Host.ReadAsync(story.License)).MachinesHeld);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Many_requests_of_one_key_at_once_get_distinct_generations_of_one_activation(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ =>
            story.ActivateAsync(_product.Sign(_product.Ask(story.License.Slc)))));

        Assert.Single(answers.Select(answer => answer.Activation.Name).Distinct(StringComparer.Ordinal));
        Assert.Equal(
            Enumerable.Range(1, 6), answers.Select(answer => ActivationStory.Read(answer.LicenseFile).Generation).Order());
        Assert.Equal(1, (await story.Host.ReadAsync(story.License)).MachinesHeld);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_generation_that_does_not_fit_is_answered_recorded_and_told(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database);
        await story.ActivateAsync(_product.Sign(_product.Ask(story.License.Slc)));

        var behind = await story.ActivateAsync(_product.Sign(_product.Ask(story.License.Slc)));
        var ahead = await story.ActivateAsync(_product.Sign(_product.Ask(story.License.Slc) with { Generation = 9 }));

        Assert.Equal(GenerationNotice.Behind, behind.GenerationNotice);
        Assert.Equal(2, behind.Activation.Generation);
        Assert.Equal(GenerationNotice.Ahead, ahead.GenerationNotice);
        Assert.Equal(10, ahead.Activation.Generation);
        await using var scope = story.Host.Services.CreateAsyncScope();
        var details = await scope.ServiceProvider.GetRequiredService<EntitlementDbContext>().AuditRecords
            .Where(record => record.Resource == ahead.Activation.Name).OrderBy(record => record.Id)
            .Select(record => record.Details).ToListAsync();
        Assert.Collection(
            details,
            first => Assert.Contains("\"generation_notice\":\"None\"", first, StringComparison.Ordinal),
            second => Assert.Contains("\"generation_notice\":\"Behind\"", second, StringComparison.Ordinal),
            third => Assert.Contains("\"generation_notice\":\"Ahead\"", third, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_license_bounds_the_file_that_is_issued_for_it(DatabaseKind database)
    {
        var end = TimeProvider.System.GetUtcNow().AddDays(7);
        await using var story = await ActivationStory.BeginAsync(database, license =>
        {
            license.EndTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(end);
            license.MachineMatch = 7;
        });

        var claims = ActivationStory.Read((await story.ActivateAsync(_product.Sign(_product.Ask(story.License.Slc)))).LicenseFile);

        Assert.Equal(end.ToUnixTimeSeconds(), claims.ExpireTime!.Value.ToUnixTimeSeconds());
        Assert.Equal(claims.ExpireTime, claims.LicenseUntil);
        Assert.Equal(2, claims.Machine.Match);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_file_for_machines_that_never_come_back_has_no_end(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, license => license.PerpetualOffline = true);

        var response = await story.ActivateAsync(_product.Sign(_product.Ask(story.License.Slc)));

        Assert.Null(ActivationStory.Read(response.LicenseFile).ExpireTime);
        Assert.Null(response.Activation.FileExpireTime);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task No_software_license_code_reaches_the_log_or_the_audit_trail(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database);
        await story.ActivateAsync(_product.Sign(_product.Ask(story.License.Slc)));
        await story.RefusedAsync(_product.Sign(_product.Ask(story.License.Slc) with { Product = "other" }));
        var secret = story.License.Slc.Replace("-", "", StringComparison.Ordinal)[..^4];

        await using var scope = story.Host.Services.CreateAsyncScope();
        var records = await scope.ServiceProvider.GetRequiredService<EntitlementDbContext>().AuditRecords.ToListAsync();

        Assert.NotEmpty(records);
        Assert.All(records, record => Assert.DoesNotContain(secret, record.Details + record.Resource, StringComparison.Ordinal));
        Assert.NotEmpty(story.Host.Logs.Text);
        Assert.DoesNotContain(secret, story.Host.Logs.Text.Replace("-", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
