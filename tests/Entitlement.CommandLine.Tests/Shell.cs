using System.Runtime.CompilerServices;
using Entitlement.CommandLine.Rpc;
using Entitlement.Server.Access;
using Entitlement.Server.Notifications;
using Entitlement.Server.SignIn;
using Entitlement.Storage.Writing;
using Entitlement.Testing;
using Google.Protobuf.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Entitlement.CommandLine.Tests;

/// <summary>A running server, and <c>entitle</c> in this process.</summary>
public sealed class Shell : IAsyncLifetime
{
    /// <summary>Whose tokens the server takes; nobody is there who would make one.</summary>
    internal const string Issuer = "https://127.0.0.1:9";

    /// <summary>Shorter than it is by default, because some commands wait for it.</summary>
    internal static readonly TimeSpan MaxStaleness = TimeSpan.FromMilliseconds(200);

    private const string DataHome = "XDG_DATA_HOME";

    private readonly Dictionary<string, Task> _stories = new(StringComparer.Ordinal);
    private readonly HashSet<string> _called = new(StringComparer.Ordinal);
    private readonly HashSet<MethodDescriptor> _changing = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("entitle-");
    private readonly string? _dataHome = Environment.GetEnvironmentVariable(DataHome);
    private EntitlementHost? _host;
    private long _accessVersion;

    /// <summary>Full names of the RPCs whose commands did what they were told.</summary>
    public IReadOnlyCollection<string> Called => _called;

    /// <summary>The RPCs whose commands were seen to change who may do what.</summary>
    public IReadOnlyCollection<MethodDescriptor> Changing => _changing;

    internal EntitlementHost Host => _host ?? throw new InvalidOperationException("The server does not run.");

    public async Task InitializeAsync()
    {
        // Where sessions lie, as the command finds it; whoever runs the tests has sessions of their own.
        Environment.SetEnvironmentVariable(DataHome, _folder.FullName);
        var settings = new HostSettings
        {
            Services = services =>
            {
                // Messages wait, so that they can be looked at.
                services.Remove(services.Single(service => service.ImplementationType == typeof(MessageDispatcher)));
                services.AddSingleton(Options.Create(new SignInOptions { PasswordRounds = 1_000 }));
            },
        };
        settings.Options["OpenIdConnect:Issuer"] = Issuer;
        settings.Options["OpenIdConnect:Audience"] = "entitlement";
        settings.Options["Audit:SealInterval"] = "00:00:00.100";
        settings.Options["Access:MaxStaleness"] = $"{MaxStaleness:c}";
        _host = await EntitlementHost.StartAsync(settings);
        _host.Services.GetRequiredService<Writer>().AccessChanged += version => Interlocked.Exchange(ref _accessVersion, version);
        var key = await _host.Services.GetRequiredService<AdministratorCommand>().CreateAsync("tests", CancellationToken.None);
        await File.WriteAllTextAsync(PathTo("administrator.key"), key.Reveal());
    }

    public async Task DisposeAsync()
    {
        Environment.SetEnvironmentVariable(DataHome, _dataHome);
        _folder.Delete(recursive: true);
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    /// <summary>A path in a folder of these tests' own.</summary>
    public string PathTo(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>A system administrator, made by the server's own command.</summary>
    /// <returns>The token by which the password is set.</returns>
    public async Task<string> MakeAdministratorAsync(string email) => (await Host.Services
        .GetRequiredService<AdministratorCommand>()
        .CreatePersonAsync("Root Admin", email, CancellationToken.None)).Reveal();

    /// <summary>Runs a test's story, or waits for it where it ran already: who asks what was called needs all of them.</summary>
    public Task OnceAsync(Func<Task> story, [CallerMemberName] string name = "")
    {
        // The tests of a class follow one another, so that no two stories meet here.
        if (!_stories.TryGetValue(name, out var told))
        {
            told = story();
            _stories.Add(name, told);
        }

        return told;
    }

    /// <summary>Runs a command as the administrator.</summary>
    /// <param name="line">Its words, with spaces between.</param>
    /// <param name="more">Words that have spaces themselves.</param>
    internal Task<Finished> RunAsync(string line, params string[] more) =>
        InvokeAsync([.. line.Split(' '), .. more, "--api-key-file", PathTo("administrator.key")]);

    /// <summary>Runs a command without naming a key: as whoever signed in, else as a product.</summary>
    internal Task<Finished> RunAsSelfAsync(string line, params string[] more) => InvokeAsync([.. line.Split(' '), .. more]);

    /// <summary>The same, where the command reads lines from standard input.</summary>
    internal async Task<Finished> RunTypingAsync(string line, params string[] typed)
    {
        var before = Console.In;
        try
        {
            Console.SetIn(new StringReader(string.Join('\n', typed)));
            return await RunAsSelfAsync(line);
        }
        finally
        {
            Console.SetIn(before);
        }
    }

    /// <summary>The value of one field of what a command prints.</summary>
    internal async Task<string> FieldAsync(string field, string line, params string[] more) =>
        (await RunAsync(line, [.. more, "--field", field])).Succeeded().Output.TrimEnd('\n');

    private async Task<Finished> InvokeAsync(string[] arguments)
    {
        string[] all = [.. arguments, "--server", Host.GrpcAddress];
        var before = Interlocked.Read(ref _accessVersion);
        var finished = await InProcess.RunAsync(InProcess.Entitle, all);
        if (finished.ExitCode == 0 && InProcess.Entitle.Parse(all).CommandResult.Command is IRpcCommand command)
        {
            _called.Add(command.Rpc.FullName);
            if (Interlocked.Read(ref _accessVersion) != before)
            {
                _changing.Add(command.Rpc);
            }
        }

        return finished;
    }
}
