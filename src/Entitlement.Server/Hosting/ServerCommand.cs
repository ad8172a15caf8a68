using Entitlement.Domain.Errors;
using Entitlement.Server.Access;
using Entitlement.Server.Storage;
using Entitlement.Storage;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Hosting;

/// <summary>The command line of the server: what to do, and how a failure is told.</summary>
internal static class ServerCommand
{
    private const string Help = """
        Entitlement.Server                        serves
        Entitlement.Server migrate                brings the database up to date and ends
        Entitlement.Server admin create --name TEXT
                                                  makes a system administrator and prints its API key, once
        Entitlement.Server admin create --name TEXT --email ADDRESS
                                                  makes a person a system administrator, and prints the token by which
                                                  the password is set, once: entitle password set
        Entitlement.Server --help                 prints this

        Each takes options as --Section:Key=value, such as --Server:GrpcListen=http://127.0.0.1:6000. They may also stand in
        appsettings.json beside the executable and in the environment, as ENTITLEMENT_Section__Key.

        Exit codes: 0 done, 2 the command line was not understood, 69 a port or the database is not available,
        70 a fault of the server, 78 the configuration, a key or the database is not as a start needs it.
        """;

    /// <summary>Where a command answers on standard output, the log goes to standard error, so that a script can take the answer.</summary>
    private const string LogsAside = "--Logging:Console:LogToStandardErrorThreshold=Trace";

    /// <returns>One of <see cref="ExitCode"/>.</returns>
    /// <param name="args">The command line.</param>
    /// <param name="output">Where a command answers.</param>
    /// <param name="error">Where a failure is told.</param>
    /// <param name="replace">As <see cref="Composition.Build"/> takes it.</param>
    public static async Task<int> RunAsync(
        string[] args, TextWriter output, TextWriter error, Action<IServiceCollection>? replace = null)
    {
        try
        {
            return await DispatchAsync(args, output, error, replace);
        }
        catch (StartRefusedException refusal)
        {
            await error.WriteLineAsync(refusal.Message);
            return refusal.ExitCode;
        }
        catch (OptionsValidationException refusal)
        {
            await error.WriteLineAsync(string.Join(Environment.NewLine, refusal.Failures));
            return ExitCode.Configuration;
        }
        // The outermost layer: whatever nobody foresaw is told in full, to whoever reads the console.
        catch (Exception fault)
        {
            await error.WriteLineAsync(
                "A fault of the server, and nothing that its configuration can mend. Start it again; if it comes back, report it "
                + $"with what follows.{Environment.NewLine}{fault}");
            return ExitCode.Software;
        }
    }

    private static async Task<int> DispatchAsync(
        string[] args, TextWriter output, TextWriter error, Action<IServiceCollection>? replace)
    {
        if (args.Any(arg => arg is "--help" or "-h" or "-?"))
        {
            await output.WriteLineAsync(Help);
            return ExitCode.Success;
        }

        var verb = args.TakeWhile(arg => !arg.StartsWith('-')).ToArray();
        var switches = args[verb.Length..];
        if (FindStray(switches) is { } stray)
        {
            return await UnknownAsync([stray], error);
        }

        return verb switch
        {
            [] => await ServeAsync(switches, replace),
            ["migrate"] => await MigrateAsync(switches, output),
            ["admin", "create"] => await CreateAdministratorAsync(switches, output, error),
            _ => await UnknownAsync(verb, error),
        };
    }

    /// <summary>
    /// A word that is neither an option nor the value of one. The reader of options passes over it, so that
    /// <c>--Section:Key=value migrate</c> would serve.
    /// </summary>
    private static string? FindStray(string[] switches)
    {
        var isValue = false;
        foreach (var word in switches)
        {
            if (!isValue && !word.StartsWith('-'))
            {
                return word;
            }

            isValue = !isValue && !word.Contains('=', StringComparison.Ordinal);
        }

        return null;
    }

    private static async Task<int> UnknownAsync(string[] verb, TextWriter error)
    {
        await error.WriteLineAsync(
            $"'{string.Join(' ', verb)}' is no command. Use none to serve, 'migrate' or 'admin create'; --help tells more.");
        return ExitCode.Usage;
    }

    private static async Task<int> MigrateAsync(string[] switches, TextWriter output)
    {
        await using var app = Composition.Build([LogsAside, .. switches]);
        await app.Services.GetRequiredService<StorageStart>().MigrateAsync(CancellationToken.None);
        await output.WriteLineAsync("The database is up to date.");
        return ExitCode.Success;
    }

    private static async Task<int> CreateAdministratorAsync(string[] switches, TextWriter output, TextWriter error)
    {
        var (name, others) = Take("--name", switches);
        var (email, rest) = Take("--email", others);
        if (name is null)
        {
            await error.WriteLineAsync("'admin create' needs --name TEXT, such as --name ops.");
            return ExitCode.Usage;
        }

        if (email is null && rest.Any(arg => arg.StartsWith("--email", StringComparison.Ordinal)))
        {
            await error.WriteLineAsync("--email needs an address, such as --email ann@example.com.");
            return ExitCode.Usage;
        }

        await using var app = Composition.Build([LogsAside, .. rest]);
        await app.Services.GetRequiredService<StorageStart>().JoinAsync(CancellationToken.None);
        try
        {
            var command = app.Services.GetRequiredService<AdministratorCommand>();
            var token = email is null
                ? await command.CreateAsync(name, CancellationToken.None)
                : await command.CreatePersonAsync(name, email, CancellationToken.None);
            await output.WriteLineAsync(token.Reveal());
            return ExitCode.Success;
        }
        catch (EntitlementException refusal)
        {
            await error.WriteLineAsync(refusal.Message);
            return ExitCode.Usage;
        }
    }

    /// <returns>The value of an option of the command itself, null where there is none, and everything else.</returns>
    private static (string? Value, string[] Others) Take(string option, string[] switches)
    {
        var joined = $"{option}=";
        var index = Array.FindIndex(switches, arg => arg == option || arg.StartsWith(joined, StringComparison.Ordinal));
        if (index < 0)
        {
            return (null, switches);
        }

        var isJoined = switches[index] != option;
        var value = isJoined ? switches[index][joined.Length..] : switches.ElementAtOrDefault(index + 1);
        if (value is null || (!isJoined && value.StartsWith("--", StringComparison.Ordinal)))
        {
            return (null, switches);
        }

        return (value, [.. switches[..index], .. switches.Skip(index + (isJoined ? 1 : 2))]);
    }

    /// <summary>Once the first answers are out: it takes a processor for a good part of a second.</summary>
    private static async Task BuildModelAsync(WebApplication app)
    {
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, app.Lifetime.ApplicationStopping);
            await app.Services.GetRequiredService<StorageSetup>().BuildModelAsync();
        }
        catch (OperationCanceledException)
        {
            // Stopped before it was needed.
        }
    }

    private static async Task<int> ServeAsync(string[] switches, Action<IServiceCollection>? replace)
    {
        await using var app = Composition.Build(switches, replace);
        await Startup.PrepareAsync(app.Services, CancellationToken.None);
        await Startup.ListenAsync(app, CancellationToken.None);
        await BuildModelAsync(app);
        await app.WaitForShutdownAsync();

        // The host ends in peace when a background service fails, and says why in its log alone.
        var services = app.Services.GetServices<IHostedService>().OfType<BackgroundService>();
        foreach (var failed in services.Select(service => service.ExecuteTask).Where(task => task is { IsFaulted: true }))
        {
            await failed!;
        }

        return ExitCode.Success;
    }
}
