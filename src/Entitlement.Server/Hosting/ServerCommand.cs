using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
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
        Entitlement.Server --help                 prints this

        Each takes options as --Section:Key=value, such as --Server:GrpcListen=http://127.0.0.1:6000. They may also stand in
        appsettings.json beside the executable and in the environment, as ENTITLEMENT_Section__Key.

        Exit codes: 0 done, 2 the command line was not understood, 69 a port or the database is not available,
        70 a fault of the server, 78 the configuration, a key or the database is not as a start needs it.
        """;

    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        try
        {
            return await DispatchAsync(args, output, error);
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
    }

    private static async Task<int> DispatchAsync(string[] args, TextWriter output, TextWriter error)
    {
        if (args.Any(arg => arg is "--help" or "-h" or "-?"))
        {
            await output.WriteLineAsync(Help);
            return ExitCode.Success;
        }

        var verb = args.TakeWhile(arg => !arg.StartsWith('-')).ToArray();
        var switches = args[verb.Length..];
        return verb switch
        {
            [] => await ServeAsync(switches),
            _ => await UnknownAsync(verb, error),
        };
    }

    private static async Task<int> UnknownAsync(string[] verb, TextWriter error)
    {
        await error.WriteLineAsync(
            $"'{string.Join(' ', verb)}' is no command. Use none to serve, 'migrate' or 'admin create'; --help tells more.");
        return ExitCode.Usage;
    }

    private static async Task<int> ServeAsync(string[] switches)
    {
        await using var app = Composition.Build(switches);
        Startup.Prepare(app.Services);
        await ListenAsync(app);
        await app.WaitForShutdownAsync();
        return ExitCode.Success;
    }

    private static async Task ListenAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch (IOException failure) when (failure.InnerException is AddressInUseException)
        {
            throw new StartRefusedException(
                $"{failure.Message} Stop the program that listens there, or set Server:GrpcListen, Server:HttpListen or Health:Listen "
                + "to another port.",
                ExitCode.Unavailable,
                failure);
        }
        catch (SocketException failure)
        {
            throw new StartRefusedException(
                $"An address can't be listened on: {failure.Message}. Check Server:GrpcListen, Server:HttpListen and Health:Listen.",
                ExitCode.Unavailable,
                failure);
        }
    }
}
