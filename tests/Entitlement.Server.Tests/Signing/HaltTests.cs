using System.Data.Common;
using Entitlement.Formats;
using Entitlement.Server.Tests.Activations;
using Entitlement.Storage;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Server.Tests.Signing;

public class HaltTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_halt_stops_every_path_that_issues_and_a_resume_lets_them_go_on(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, license => license.MachineLimit = 2);
        using var running = new InstalledProduct();
        using var fresh = new InstalledProduct();
        await story.ActivateAsync(running.Sign(running.Ask(story.License.Slc)));
        var halted = (await Keys(story).HaltIssuingAsync(new HaltIssuingRequest { Reason = "A key was stolen." })).Status.Halt;
        var before = await story.SnapshotAsync();

        var activate = fresh.Sign(fresh.Ask(story.License.Slc));
        var next = running.Sign(running.Ask(story.License.Slc));
        var refresh = running.Sign(running.Ask(story.License.Slc) with { Operation = LicenseRequestOperation.Refresh });
        RpcException?[] refusals =
        [
            await Refusals.OfAsync(() => story.ActivateAsync(activate)),
            await Refusals.OfAsync(() => story.ActivateAsync(activate, asAdministrator: true)),
            await Refusals.OfAsync(() => story.ActivateAsync(next)),
            await Refusals.OfAsync(() => story.RefreshAsync(refresh)),
        ];

        Assert.All(refusals, refusal =>
        {
            Assert.Equal(("ISSUING_HALTED", StatusCode.FailedPrecondition), (refusal?.Reason(), refusal?.StatusCode));
            Assert.Equal($"{halted.HaltTime.ToDateTime():yyyy-MM-ddTHH:mm:ssZ}", refusal!.Info().Metadata["halt_time"]);
            Assert.NotNull(refusal!.Find<RetryInfo>());
            Assert.DoesNotContain("stolen", refusal!.Status.Detail, StringComparison.Ordinal);
        });
        Assert.Equal(before, await story.SnapshotAsync());

        await Keys(story).ResumeIssuingAsync(new ResumeIssuingRequest { Reason = "The key is revoked." });
        Assert.Equal(2, (await story.RefreshAsync(refresh)).Activation.Generation);
        Assert.Equal(1, (await story.ActivateAsync(activate)).Activation.Generation);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Everything_that_issues_nothing_goes_on_while_issuing_is_halted(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, license => license.MachineLimit = 2);
        using var first = new InstalledProduct();
        using var second = new InstalledProduct();
        var request = first.Sign(first.Ask(story.License.Slc));
        var answer = await story.ActivateAsync(request);
        var other = await story.ActivateAsync(second.Sign(second.Ask(story.License.Slc)));
        await Keys(story).HaltIssuingAsync(new HaltIssuingRequest { Reason = "drill" });

        var again = await story.ActivateAsync(request);
        var preview = await story.PreviewAsync(first.Sign(first.Ask(story.License.Slc)));
        var known = await story.PreviewAsync(request);
        await story.ReleaseAsync(other.Activation.Name);
        await story.ReturnAsync(first.Return(answer.Activation.Name));
        var created = await story.Host.CreateLicenseAsync();

        Assert.True(again.RepeatedAnswer);
        Assert.Equal(answer.LicenseFile, again.LicenseFile);
        Assert.Equal((PreviewOutcome.Refused, PreviewOutcome.SameFile), (preview.Outcome, known.Outcome));
        Assert.Contains(preview.Refusal.Details, detail =>
            detail.Is(ErrorInfo.Descriptor) && detail.Unpack<ErrorInfo>().Reason == "ISSUING_HALTED");
        Assert.Equal(0, (await story.Host.ReadAsync(story.License)).MachinesHeld);
        Assert.Equal(LicenseState.Active, created.State);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Nothing_is_issued_after_a_halt_was_answered_however_many_race_it(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, license => license.MachineLimit = 64);
        var products = Enumerable.Range(0, 64).Select(_ => new InstalledProduct()).ToList();
        var calls = products
            .Select(product => Refusals.OfAsync(() => story.ActivateAsync(product.Sign(product.Ask(story.License.Slc)))))
            .ToList();
        await Task.WhenAny(calls);

        await Keys(story).HaltIssuingAsync(new HaltIssuingRequest { Reason = "drill" });
        var issuedAtHalt = await CountFilesAsync(story);
        var refusals = await Task.WhenAll(calls);

        Assert.Equal(issuedAtHalt, await CountFilesAsync(story));
        Assert.Equal(issuedAtHalt, refusals.Count(refusal => refusal is null));
        Assert.All(refusals.OfType<RpcException>(), refusal => Assert.Equal("ISSUING_HALTED", refusal.Reason()));
        products.ForEach(product => product.Dispose());
    }

    [Fact]
    public async Task Is_answered_when_who_was_under_way_has_ended_and_stands_meanwhile()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.PostgreSql);
        await using var underWay = story.Host.Services.GetRequiredService<StorageEngine>().Connect();
        await underWay.OpenAsync();
        await using var transaction = await underWay.BeginTransactionAsync();
        await ExecuteAsync(underWay, """LOCK TABLE "IssuedFiles" IN ROW EXCLUSIVE MODE""");

        var halt = Keys(story).HaltIssuingAsync(new HaltIssuingRequest { Reason = "drill" }).ResponseAsync;
        while (await ExecuteAsync(underWay, "SELECT count(*) FROM pg_locks WHERE mode = 'ShareLock' AND NOT granted") is 0L)
        {
            Assert.False(halt.IsCompleted);
        }

        var meanwhile = await Keys(story).GetIssuingStatusAsync(new GetIssuingStatusRequest());
        var isAnswered = halt.IsCompleted;
        await transaction.CommitAsync();

        Assert.False(isAnswered);
        Assert.Equal((await halt).Status, meanwhile.Status);
        Assert.NotNull(meanwhile.Status.Halt);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task The_first_halt_counts_and_each_change_of_the_switch_is_recorded_once(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var keys = new KeyService.KeyServiceClient(shop.Host.Administrator);
        var halt = new HaltIssuingRequest { Reason = "first", RequestId = $"{Guid.NewGuid()}" };
        var resume = new ResumeIssuingRequest { Reason = "over", RequestId = $"{Guid.NewGuid()}" };

        var first = await keys.HaltIssuingAsync(halt);
        var again = await keys.HaltIssuingAsync(halt);
        var second = await keys.HaltIssuingAsync(new HaltIssuingRequest { Reason = "second" });
        var resumed = await keys.ResumeIssuingAsync(resume);
        await keys.ResumeIssuingAsync(new ResumeIssuingRequest { Reason = "again" });
        await keys.ResumeIssuingAsync(resume);
        var late = await keys.HaltIssuingAsync(halt);

        Assert.Equal("first", first.Status.Halt.Reason);
        Assert.Equal((first, first), (again, second));
        Assert.Null(resumed.Status.Halt);
        Assert.Null(late.Status.Halt);
        Assert.Null((await keys.GetIssuingStatusAsync(new GetIssuingStatusRequest())).Status.Halt);
        Assert.Equal(
            [("issuing.halt", "first"), ("issuing.resume", "over")],
            (await shop.AuditAsync()).Select(record => (record.Action, record.Reason)));
    }

    [Fact]
    public async Task Only_an_administrator_reads_or_turns_the_switch_and_tells_why()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite);
        var anonymous = new KeyService.KeyServiceClient(story.Host.Anonymous);

        var halt = await Shop.RefusedAsync(anonymous.HaltIssuingAsync(new HaltIssuingRequest { Reason = "mine" }));
        var resume = await Shop.RefusedAsync(anonymous.ResumeIssuingAsync(new ResumeIssuingRequest { Reason = "mine" }));
        var status = await Shop.RefusedAsync(anonymous.GetIssuingStatusAsync(new GetIssuingStatusRequest()));
        var silent = await Shop.RefusedAsync(Keys(story).HaltIssuingAsync(new HaltIssuingRequest()));

        Assert.All([halt, resume, status], refusal => Assert.Equal(StatusCode.Unauthenticated, refusal.StatusCode));
        Assert.Equal(("INVALID_ARGUMENT", "reason"), (silent.Reason(), silent.Info().Metadata["field"]));
        using var product = new InstalledProduct();
        Assert.Equal(1, (await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc)))).Activation.Generation);
    }

    private static async Task<object?> ExecuteAsync(DbConnection connection, string statement)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = statement;
        return await command.ExecuteScalarAsync();
    }

    private static KeyService.KeyServiceClient Keys(ActivationStory story) => new(story.Host.Administrator);

    private static async Task<int> CountFilesAsync(ActivationStory story)
    {
        await using var scope = story.Host.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<EntitlementDbContext>().IssuedFiles.CountAsync();
    }
}
