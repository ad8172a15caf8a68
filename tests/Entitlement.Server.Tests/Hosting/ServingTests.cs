using Entitlement.Server.Access;
using Entitlement.Server.Tests.Probing;
using Entitlement.Storage;
using Entitlement.Storage.Sqlite;
using Entitlement.Storage.Writing;
using Entitlement.Testing;
using Entitlement.Testing.V1;
using Entitlement.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Server.Tests.Hosting;

public class ServingTests
{
    [Fact]
    public async Task Lets_a_running_call_end_before_it_stops_and_takes_no_new_one()
    {
        var (started, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var host = await EntitlementHost.StartAsync(new HostSettings
        {
            Services = new ProbeBehaviour(async _ =>
            {
                started.TrySetResult();
                await release.Task;
            }).AddTo,
        });
        var address = host.GrpcAddress;

        // Not one of the host's channels: those it closes as soon as the server has stopped, perhaps before the answer is read.
        using var channel = GrpcChannel.ForAddress(address);
        var running = new Probe.ProbeClient(channel).ForAnybodyAsync(new ProbeRequest { Name = "in flight" }).ResponseAsync;
        await started.Task;

        var stopping = host.StopAsync();
        await RefusesNewConnectionsAsync(address);
        release.SetResult();

        Assert.Equal("in flight", Assert.Single((await running).Names));
        await stopping;
    }

    [Fact]
    public async Task Cuts_off_a_call_that_does_not_end_in_time()
    {
        var started = new TaskCompletionSource();
        await using var host = await EntitlementHost.StartAsync(new HostSettings
        {
            Options = new() { ["Server:ShutdownTimeout"] = "00:00:00.2" },
            Services = new ProbeBehaviour(call =>
            {
                started.TrySetResult();
                return Task.Delay(Timeout.InfiniteTimeSpan, call.CancellationToken);
            }).AddTo,
        });
        var running = new Probe.ProbeClient(host.Administrator).UnaryAsync(new ProbeRequest()).ResponseAsync;
        await started.Task;

        await host.StopAsync();

        await Assert.ThrowsAsync<RpcException>(() => running);
    }

    [Fact]
    public async Task Keeps_its_database_until_the_last_write_is_done()
    {
        var (started, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var host = await EntitlementHost.StartAsync();
        var writer = host.Services.GetRequiredService<Writer>();
        var writing = writer.RunAsync(
            async (_, _) =>
            {
                started.SetResult();
                await release.Task;
                return true;
            },
            CancellationToken.None);
        await started.Task;

        var stopping = host.StopAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await TakesWritesAsync(writer))
        {
            limit.Token.ThrowIfCancellationRequested();
        }

        Assert.Throws<InstanceLockedException>(TakeLock);
        release.SetResult();
        Assert.True(await writing);
        await stopping;
        TakeLock();

        void TakeLock() => InstanceLock.Acquire(host.DataDirectory, TimeProvider.System).Dispose();
    }

    /// <summary>Asks for a turn and leaves the queue at once, so that it never comes.</summary>
    private static async Task<bool> TakesWritesAsync(Writer writer)
    {
        using var leave = new CancellationTokenSource();
        var turn = writer.RunAsync((_, _) => Task.FromResult(true), leave.Token);
        await leave.CancelAsync();
        return await Record.ExceptionAsync(() => turn) is not StorageUnavailableException;
    }

    [Fact]
    public async Task Writes_one_line_a_call_with_method_caller_code_and_duration()
    {
        await using var host = await EntitlementHost.StartAsync(new HostSettings { Services = new ProbeBehaviour().AddTo });
        await new Probe.ProbeClient(host.Administrator).UnaryAsync(new ProbeRequest());
        await Assert.ThrowsAsync<RpcException>(async () => await new Probe.ProbeClient(host.Anonymous).UnaryAsync(new ProbeRequest()));
        await host.StopAsync();

        var lines = host.Logs.Lines.Where(line => line.EventId == 1004).Select(line => line.Message).ToList();

        Assert.Equal(2, lines.Count);
        Assert.Matches("^/entitlement.testing.v1.Probe/Unary bootstrap OK [0-9.]+ ms$", lines[0]);
        Assert.Matches("^/entitlement.testing.v1.Probe/Unary anonymous Unauthenticated [0-9.]+ ms$", lines[1]);
    }

    [Fact]
    public async Task Writes_no_key_to_the_log_whatever_becomes_of_it()
    {
        await using var host = await EntitlementHost.StartAsync(new HostSettings { Services = new ProbeBehaviour().AddTo });
        var bootstrap = host.AdministratorKey;
        var key = await host.Services.GetRequiredService<AdministratorCommand>().CreateAsync("ops", CancellationToken.None);
        var wrong = SecretToken.Create(TokenKind.ApiKey, BootstrapKey.Id).Reveal();
        foreach (var each in new[] { key.Reveal(), bootstrap, wrong, $"{wrong}x" })
        {
            await Record.ExceptionAsync(async () => await new Probe.ProbeClient(host.Connect(each)).UnaryAsync(new ProbeRequest()));
        }

        await host.StopAsync();

        Assert.Contains("serviceAccounts/", host.Logs.Text, StringComparison.Ordinal);
        foreach (var secret in new[] { key.Reveal(), bootstrap, wrong }.Select(each => each[^43..]))
        {
            Assert.DoesNotContain(secret, host.Logs.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Writes_no_license_code_and_no_key_file_to_the_log()
    {
        await using var host = await EntitlementHost.StartAsync();
        var license = await host.CreateLicenseAsync();
        using var product = new InstalledProduct();
        var activations = new ActivationService.ActivationServiceClient(host.Anonymous);
        var file = product.Sign(product.Ask(license.Slc));
        await activations.ActivateAsync(new ActivateRequest { LicenseRequest = file });
        await Record.ExceptionAsync(async () => await activations.ActivateAsync(
            new ActivateRequest { LicenseRequest = product.Sign(product.Ask(license.Slc[..^1] + "!")) }));
        var signingKey = await File.ReadAllLinesAsync(Path.Combine(host.DataDirectory, "keys", "signing.key.pem"));
        await host.StopAsync();

        Assert.Contains("ActivationService/Activate", host.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(license.Slc[..^4], host.Logs.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(license.Slc.Replace("-", "", StringComparison.Ordinal)[..^4], host.Logs.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(signingKey[1], host.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_where_it_serves_once_it_does()
    {
        await using var host = await EntitlementHost.StartAsync();

        var line = Assert.Single(host.Logs.Lines, line => line.EventId == 1000);

        Assert.Contains(host.GrpcAddress, line.Message, StringComparison.Ordinal);
        Assert.Contains(host.HttpAddress, line.Message, StringComparison.Ordinal);
    }

    private static async Task RefusesNewConnectionsAsync(string address)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(address);
            try
            {
                await new Probe.ProbeClient(channel).ForAnybodyAsync(
                    new ProbeRequest(), deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(1), cancellationToken: limit.Token);
            }
            catch (RpcException refusal) when (refusal.StatusCode == StatusCode.Unavailable)
            {
                return;
            }
            catch (RpcException refusal) when (refusal.StatusCode == StatusCode.DeadlineExceeded)
            {
                limit.Token.ThrowIfCancellationRequested();
            }
        }
    }
}
