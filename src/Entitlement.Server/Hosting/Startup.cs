using System.Net.Sockets;
using Entitlement.Server.Access;
using Entitlement.Server.Audit;
using Entitlement.Server.Errors;
using Entitlement.Server.Notifications;
using Entitlement.Server.Signing;
using Entitlement.Server.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Hosting;

/// <summary>What happens, in this order, before the first port is opened.</summary>
internal static class Startup
{
    /// <exception cref="StartRefusedException">The server can't start, and its operator can do something about it.</exception>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public static async Task PrepareAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        // Everything is checked before anything is made.
        services.GetRequiredService<IStartupValidator>().Validate();
        services.GetRequiredService<ServerCertificate>().Load();
        services.GetRequiredService<MessageTemplates>().Load();

        var storage = services.GetRequiredService<StorageStart>();
        storage.Claim();

        // Beside each other, because each takes a good part of a start.
        await Task.WhenAll(
            Task.Run(() => RequireContract(services), cancellationToken),
            Task.Run(() => LoadKeys(services), cancellationToken),
            storage.PrepareAsync(cancellationToken));
        await services.GetRequiredService<BootstrapStart>().PrepareAsync(cancellationToken);
    }

    /// <summary>Reads what the contract says of each method and each reason: a method that says nothing must not be served.</summary>
    private static void RequireContract(IServiceProvider services)
    {
        services.GetRequiredService<AccessTable>();
        services.GetRequiredService<ErrorCatalogue>();
    }

    /// <summary>The audit key's certificate comes from the root that the signing key's ceremony makes.</summary>
    private static void LoadKeys(IServiceProvider services)
    {
        services.GetRequiredService<SigningKeys>().Load();
        services.GetRequiredService<AuditKeys>().Load();
    }

    /// <summary>Opens the ports.</summary>
    /// <exception cref="StartRefusedException">One can't be opened.</exception>
    public static async Task ListenAsync(WebApplication app, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is IOException { InnerException: AddressInUseException } or SocketException)
        {
            // So that the background services that run already end as they do at any stop, and not as if they had failed.
            await app.StopAsync(cancellationToken);
            throw new StartRefusedException(
                $"{failure.Message.TrimEnd('.')}. Stop the program that listens there, or set Server:GrpcListen, Server:HttpListen or "
                + "Health:Listen to another address.",
                ExitCode.Unavailable,
                failure);
        }

        Announce(app);
    }

    private static void Announce(WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Startup));
        var options = app.Services.GetRequiredService<IOptions<ServerOptions>>().Value;
        var bound = app.Services.GetRequiredService<BoundAddresses>();
        if (options.GrpcAddress is { Tls: false, IsLoopback: false })
        {
            Log.Plaintext(logger, $"{ServerOptions.Section}:{nameof(ServerOptions.GrpcListen)}", bound.Grpc);
        }

        if (options.HttpAddress is { Tls: false, IsLoopback: false })
        {
            Log.Plaintext(logger, $"{ServerOptions.Section}:{nameof(ServerOptions.HttpListen)}", bound.Http);
        }

        Log.Serving(logger, bound.Grpc, bound.Http, bound.Health ?? "no port of its own");
    }
}
