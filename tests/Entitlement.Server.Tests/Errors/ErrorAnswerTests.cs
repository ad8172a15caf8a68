using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Entitlement.Formats;
using Entitlement.Server.Errors;
using Entitlement.Server.Tests.Probing;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Server.Tests.Errors;

public class ErrorAnswerTests
{
    private const string Inner = "the inner text that no caller may see";

    [Theory]
    [MemberData(nameof(FourKinds.All), MemberType = typeof(FourKinds))]
    public async Task Says_a_refusal_in_the_contracts_form_whatever_the_kind_of_call(MethodType kind)
    {
        var refusal = await RefusalOfAsync(_ => throw Refusal.InvalidArgument("license.edition", "must be short"), kind);

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.Equal("license.edition must be short.", refusal.Status.Detail);
        Assert.Equal(refusal.Status.Detail, refusal.Details().Message);
        Assert.Equal((int)StatusCode.InvalidArgument, refusal.Details().Code);
        Assert.Equal(("INVALID_ARGUMENT", "entitlement.v1"), (refusal.Reason(), refusal.Info().Domain));
        Assert.Equal("must be short", refusal.Info().Metadata["rule"]);
        var violation = Assert.Single(refusal.Find<BadRequest>()!.FieldViolations);
        Assert.Equal(("license.edition", "must be short"), (violation.Field, violation.Description));
        Assert.EndsWith("ERROR_REASON_INVALID_ARGUMENT", Assert.Single(refusal.Find<Help>()!.Links).Url, StringComparison.Ordinal);
        Assert.Null(refusal.Find<RetryInfo>());
    }

    [Theory]
    [MemberData(nameof(FourKinds.All), MemberType = typeof(FourKinds))]
    public async Task Hides_the_text_of_a_fault_and_logs_it_under_the_reference_it_gives(MethodType kind)
    {
        await using var host = await StartAsync(_ => throw new InvalidOperationException(Inner));

        var refusal = await Assert.ThrowsAsync<RpcException>(() => FourKinds.CallAsync(host.Administrator, kind));

        Assert.Equal((StatusCode.Internal, "INTERNAL"), (refusal.StatusCode, refusal.Reason()));
        Assert.DoesNotContain(Inner, $"{refusal.Status} {refusal.Details()}", StringComparison.Ordinal);
        var reference = refusal.Info().Metadata["reference"];
        var line = Assert.Single(host.Logs.Lines, line => line.EventId == 1200);
        Assert.Contains(reference, line.Message, StringComparison.Ordinal);
        Assert.Equal(Inner, line.Exception!.Message);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(13)]
    public async Task Tells_an_outage_of_the_database_as_one_and_when_to_try_again(int sqliteError)
    {
        var refusal = await RefusalOfAsync(_ => throw new SqliteException(Inner, sqliteError), MethodType.Unary);

        Assert.Equal((StatusCode.Unavailable, "STORAGE_UNAVAILABLE"), (refusal.StatusCode, refusal.Reason()));
        Assert.True(refusal.Find<RetryInfo>()!.RetryDelay.ToTimeSpan() > TimeSpan.Zero);
        Assert.DoesNotContain(Inner, $"{refusal.Status} {refusal.Details()}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_when_to_try_again_after_others_came_first()
    {
        var refusal = await RefusalOfAsync(_ => throw Refusal.ConcurrentChange(), MethodType.Unary);

        Assert.Equal(StatusCode.Aborted, refusal.StatusCode);
        Assert.True(refusal.Find<RetryInfo>()!.RetryDelay.ToTimeSpan() > TimeSpan.Zero);
    }

    [Fact]
    public async Task Names_the_rule_and_the_member_of_a_malformed_license_request()
    {
        var refusal = await RefusalOfAsync(ReadNonsenseAsync, MethodType.Unary);

        Assert.Equal((StatusCode.InvalidArgument, "LICENSE_REQUEST_INVALID"), (refusal.StatusCode, refusal.Reason()));
        Assert.Equal("NOT_COMPACT_JWS", refusal.Info().Metadata["code"]);
        Assert.Equal("file", refusal.Info().Metadata["member"]);
        Assert.NotEmpty(refusal.Info().Metadata["rule"]);
        Assert.Equal("license_request.file", Assert.Single(refusal.Find<BadRequest>()!.FieldViolations).Field);

        static Task ReadNonsenseAsync(ServerCallContext call)
        {
            LicenseRequestFile.Read("not a license request"u8);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Gives_the_numbers_of_each_line_that_is_short()
    {
        var refusal = await RefusalOfAsync(_ => throw Shortage(2), MethodType.Unary);

        Assert.Equal("SEATS_EXHAUSTED", refusal.Reason());
        var lines = refusal.Find<SeatShortage>()!.Lines;
        Assert.Equal(["features/f0", "features/f1"], lines.Select(line => line.Line_));
        Assert.All(lines, line => Assert.Equal((5, 4, 2), (line.Limit, line.Held, line.Requested)));
        Assert.Equal("5", refusal.Info().Metadata["features/f1.limit"]);
    }

    [Fact]
    public async Task Keeps_a_long_refusal_within_what_trailers_can_hold()
    {
        var refusal = await RefusalOfAsync(_ => throw Shortage(1_000), MethodType.Unary);

        Assert.Equal("SEATS_EXHAUSTED", refusal.Reason());
        Assert.InRange(refusal.Details().CalculateSize(), 1, RefusalStatus.MaxSize);
        var lines = refusal.Find<SeatShortage>()!.Lines;
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Contains($"{line.Line_}.held", refusal.Info().Metadata.Keys));
        Assert.Equal(1 + (4 * lines.Count), refusal.Info().Metadata.Count);
    }

    [Fact]
    public async Task Ends_the_work_of_a_caller_that_cancels()
    {
        var (started, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var host = await StartAsync(call => WaitAsync(call, started, ended));
        using var cancel = new CancellationTokenSource();

        var call = FourKinds.CallAsync(host.Administrator, MethodType.Unary, new CallOptions(cancellationToken: cancel.Token));
        await started.Task;
        await cancel.CancelAsync();

        var refusal = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(StatusCode.Cancelled, refusal.StatusCode);
        await ended.Task;
        Assert.DoesNotContain(host.Logs.Lines, line => line.EventId == 1200);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Takes_what_cut_off_work_throws_for_no_fault_of_the_service(bool byTheDriver)
    {
        const int Interrupted = 9;
        var started = new TaskCompletionSource();
        await using var host = await StartAsync(async call =>
        {
            started.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, call.CancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw byTheDriver ? new SqliteException(Inner, Interrupted) : new InvalidOperationException(Inner);
        });
        using var cancel = new CancellationTokenSource();

        var call = FourKinds.CallAsync(host.Administrator, MethodType.Unary, new CallOptions(cancellationToken: cancel.Token));
        await started.Task;
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<RpcException>(() => call);

        // The call's own line comes after everything that is told of its end.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!host.Logs.Lines.Any(line => line.EventId == 1004))
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        Assert.DoesNotContain(host.Logs.Lines, line => line.EventId is 1200 or 1201);
        Assert.Equal(Inner, Assert.Single(host.Logs.Lines, line => line.EventId == 1202).Exception!.Message);
    }

    [Fact]
    public async Task Ends_the_work_of_a_call_whose_deadline_passed()
    {
        var (started, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var host = await StartAsync(call => WaitAsync(call, started, ended));
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(2);

        var refusal = await Assert.ThrowsAsync<RpcException>(
            () => FourKinds.CallAsync(host.Administrator, MethodType.Unary, new CallOptions(deadline: deadline)));

        Assert.Equal(StatusCode.DeadlineExceeded, refusal.StatusCode);
        Assert.DoesNotContain(host.Logs.Lines, line => line.EventId == 1200);
    }

    [Fact]
    public async Task Says_the_same_refusal_inside_an_answer_as_in_a_failed_call()
    {
        await using var host = await StartAsync(_ => throw Shortage(1));
        var refusal = await Assert.ThrowsAsync<RpcException>(() => FourKinds.CallAsync(host.Administrator, MethodType.Unary));

        Assert.Equal(host.Services.GetRequiredService<RefusalStatus>().Of(Shortage(1)), refusal.Details());
    }

    private static EntitlementException Shortage(int lines) => Refusal.SeatsExhausted(
        new LicenseName(Guid.Empty, Guid.Empty),
        [.. Enumerable.Range(0, lines).Select(i => new SeatLine($"features/f{i}", Limit: 5, Held: 4, Requested: 2))]);

    private static async Task WaitAsync(ServerCallContext call, TaskCompletionSource started, TaskCompletionSource ended)
    {
        started.SetResult();
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, call.CancellationToken);
        }
        finally
        {
            ended.SetResult();
        }
    }

    private static async Task<RpcException> RefusalOfAsync(Func<ServerCallContext, Task> act, MethodType kind)
    {
        await using var host = await StartAsync(act);
        return await Assert.ThrowsAsync<RpcException>(() => FourKinds.CallAsync(host.Administrator, kind));
    }

    private static Task<EntitlementHost> StartAsync(Func<ServerCallContext, Task> act) =>
        EntitlementHost.StartAsync(new HostSettings { Services = new ProbeBehaviour(act).AddTo });
}
