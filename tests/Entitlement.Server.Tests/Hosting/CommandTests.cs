using System.Net;
using System.Net.Sockets;
using Entitlement.Server.Hosting;
using Entitlement.Server.Tests.Probing;
using Entitlement.Testing;
using Entitlement.Testing.V1;
using Entitlement.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Entitlement.Server.Tests.Hosting;

public sealed class CommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("entitlement-command-").FullName;

    private string Data => $"--Storage:DataDirectory={_directory}";

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("serve")]
    [InlineData("migrate", "now")]
    [InlineData("admin")]
    [InlineData("admin", "delete")]
    public async Task Refuses_a_command_that_it_does_not_know(params string[] args)
    {
        var (exitCode, _, error) = await RunAsync(args);

        Assert.Equal(ExitCode.Usage, exitCode);
        Assert.Contains("--help", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--Logging:LogLevel:Default=None", "migrate")]
    [InlineData("migrate", "--Logging:LogLevel:Default", "None", "again")]
    [InlineData("admin", "create", "--name", "ops", "two")]
    public async Task Refuses_a_word_behind_the_options_rather_than_doing_something_else(params string[] args)
    {
        var (exitCode, output, error) = await RunAsync([.. args, Data]);

        Assert.Equal(ExitCode.Usage, exitCode);
        Assert.Empty(output);
        Assert.Contains($"'{args[^1]}'", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
    }

    [Fact]
    public async Task Tells_a_file_that_it_may_not_write_in_a_sentence()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "entitlement.lock"));

        var (exitCode, _, error) = await RunAsync("migrate", Data, Quiet);

        Assert.Equal(ExitCode.Unavailable, exitCode);
        Assert.Contains("Storage:DataDirectory", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tells_a_bootstrap_key_that_it_can_not_make_in_a_sentence()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "bootstrap-admin.key"));

        var (exitCode, _, error) = await RunAsync([Data, .. AnyPorts, Quiet]);

        Assert.Equal(ExitCode.Configuration, exitCode);
        Assert.Contains("bootstrap-admin.key", error, StringComparison.Ordinal);
        Assert.Contains("Storage:DataDirectory", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(FailsToStart))]
    [InlineData(typeof(FailsLater))]
    public async Task Ends_with_a_code_of_its_own_and_the_whole_story_on_a_fault(Type fault)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();

        var exitCode = await ServerCommand.RunAsync(
            [Data, .. AnyPorts, Quiet], output, error, services => services.AddSingleton(typeof(IHostedService), fault));

        Assert.Equal(ExitCode.Software, exitCode);
        Assert.Contains("report it with", $"{error}", StringComparison.Ordinal);
        Assert.Contains(Fault, $"{error}", StringComparison.Ordinal);
    }

    private const string Fault = "what nobody foresaw";

    private sealed class FailsToStart : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => throw new InvalidOperationException(Fault);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class FailsLater(IHostApplicationLifetime lifetime) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            var started = new TaskCompletionSource();
            await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
            await started.Task;
            throw new InvalidOperationException(Fault);
        }
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("migrate", "--help")]
    public async Task Explains_itself(params string[] args)
    {
        var (exitCode, output, _) = await RunAsync(args);

        Assert.Equal(ExitCode.Success, exitCode);
        Assert.Contains("admin create --name TEXT", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tells_a_wrong_option_in_one_line_and_without_a_stack_trace()
    {
        var (exitCode, _, error) = await RunAsync("--Server:GrpcListn=x");

        Assert.Equal(ExitCode.Configuration, exitCode);
        Assert.Equal($"Server:GrpcListn is no option. Did you mean Server:GrpcListen?{Environment.NewLine}", error);
    }

    [Fact]
    public async Task Tells_which_options_to_change_when_a_port_is_taken()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var (exitCode, _, error) = await RunAsync(
            Data, $"--Server:GrpcListen=http://{taken.LocalEndpoint}", "--Server:HttpListen=http://127.0.0.1:0");

        Assert.Equal(ExitCode.Unavailable, exitCode);
        Assert.Contains($"{taken.LocalEndpoint}", error, StringComparison.Ordinal);
        Assert.Contains("Server:GrpcListen", error, StringComparison.Ordinal);
        Assert.Single(error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Makes_an_administrator_beside_a_running_server_and_prints_a_key_that_works_at_once()
    {
        var settings = new HostSettings { DataDirectory = _directory, Services = new ProbeBehaviour().AddTo };
        await using var host = await EntitlementHost.StartAsync(settings);

        var (exitCode, output, _) = await RunAsync("admin", "create", "--name", "ops", Data, Quiet);

        Assert.Equal(ExitCode.Success, exitCode);
        var response = await new Probe.ProbeClient(host.Connect(output.Trim())).UnaryAsync(new ProbeRequest());
        Assert.StartsWith("serviceAccounts/", response.Caller, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Makes_an_administrator_before_the_first_start()
    {
        var (exitCode, output, _) = await RunAsync("admin", "create", "--name=ops", Data, Quiet);

        Assert.Equal(ExitCode.Success, exitCode);
        Assert.StartsWith("ent_", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Makes_a_person_an_administrator_who_sets_the_password_by_the_token_that_is_printed()
    {
        var settings = new HostSettings { DataDirectory = _directory, Services = new ProbeBehaviour().AddTo };
        await using var host = await EntitlementHost.StartAsync(settings);
        var sessions = new SessionService.SessionServiceClient(host.Anonymous);

        var (exitCode, output, _) = await RunAsync(
            "admin", "create", "--name", "Ann Lee", "--email=Ann@example.com", Data, Quiet);

        Assert.Equal(ExitCode.Success, exitCode);
        await sessions.SetPasswordAsync(new SetPasswordRequest { Token = output.Trim(), Password = "correct horse battery" });
        var session = await sessions.SignInAsync(new SignInRequest { Email = "ann@example.com", Password = "correct horse battery" });
        var response = await new Probe.ProbeClient(host.Connect(session.Token)).ForAnybodyAsync(new ProbeRequest());
        Assert.StartsWith("users/", response.Caller, StringComparison.Ordinal);

        var (again, _, error) = await RunAsync("admin", "create", "--name", "Ann", "--email", "ANN@example.com", Data, Quiet);
        Assert.Equal(ExitCode.Usage, again);
        Assert.Contains("email is somebody's already", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--email")]
    [InlineData("--email=nobody")]
    [InlineData("--email=a@example.com", "--name=A<b>")]
    public async Task Makes_nobody_an_administrator_whose_name_or_address_is_none(params string[] args)
    {
        var (exitCode, output, error) = await RunAsync(["admin", "create", .. args, "--name=Ann Lee", Data, Quiet]);

        Assert.Equal(ExitCode.Usage, exitCode);
        Assert.Empty(output);
        Assert.NotEmpty(error);
    }

    [Theory]
    [InlineData("admin", "create")]
    [InlineData("admin", "create", "--name")]
    [InlineData("admin", "create", "--name=")]
    public async Task Does_not_make_an_administrator_without_a_name(params string[] args)
    {
        var (exitCode, output, error) = await RunAsync([.. args, Data, Quiet]);

        Assert.Equal(ExitCode.Usage, exitCode);
        Assert.Empty(output);
        Assert.Contains("name", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Brings_the_database_up_to_date_and_may_be_repeated()
    {
        Assert.Equal(ExitCode.Success, (await RunAsync("migrate", Data, Quiet)).ExitCode);
        Assert.Equal(ExitCode.Success, (await RunAsync("migrate", Data, Quiet)).ExitCode);
        Assert.True(File.Exists(Path.Combine(_directory, "entitlement.db")));
    }

    [Fact]
    public async Task Does_not_serve_a_database_that_another_server_serves()
    {
        await using var host = await EntitlementHost.StartAsync(new HostSettings { DataDirectory = _directory });

        var (exitCode, _, error) = await RunAsync(
            Data, "--Server:GrpcListen=http://127.0.0.1:0", "--Server:HttpListen=http://127.0.0.1:0");

        Assert.Equal(ExitCode.Unavailable, exitCode);
        Assert.Contains("entitlement.lock is held by process", error, StringComparison.Ordinal);
    }

    private static readonly string[] AnyPorts =
        ["--Server:GrpcListen=http://127.0.0.1:0", "--Server:HttpListen=http://127.0.0.1:0"];

    /// <summary>Nothing but what the command itself says, on the console of the tests.</summary>
    private const string Quiet = "--Logging:LogLevel:Default=None";

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await ServerCommand.RunAsync(args, output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}
