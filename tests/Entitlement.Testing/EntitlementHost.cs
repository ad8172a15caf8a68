using Entitlement.Server.Access;
using Entitlement.Server.Hosting;
using Entitlement.Signing;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Entitlement.Testing;

/// <summary>
/// The real server in this process: Kestrel on ports of loopback that the operating system chooses, a database and a data
/// directory of its own. It can be stopped and started again on the same data.
/// </summary>
internal sealed class EntitlementHost : IAsyncDisposable
{
    private readonly HostSettings _settings;
    private readonly TestDatabase? _shared;
    private readonly bool _isGuest;
    private readonly List<GrpcChannel> _channels = [];
    private WebApplication? _app;
    private string? _administratorKey;

    private EntitlementHost(HostSettings settings, TestDatabase? shared, bool isGuest = false)
    {
        _settings = settings;
        _shared = shared;
        _isGuest = isGuest;
        DataDirectory = settings.DataDirectory ?? Directory.CreateTempSubdirectory("entitlement-host-").FullName;
    }

    /// <summary>Everything that the server wrote to its log, over all its starts.</summary>
    public LogCapture Logs { get; } = new();

    public string DataDirectory { get; }

    public string BootstrapKeyFile => Path.Combine(DataDirectory, BootstrapKey.FileName);

    public string DatabaseFile => Path.Combine(DataDirectory, "entitlement.db");

    public IServiceProvider Services => App.Services;

    public string GrpcAddress => Bound.Grpc;

    public string HttpAddress => Bound.Http;

    public string HealthAddress => Bound.Health ?? throw new InvalidOperationException("Health:Listen is not set.");

    /// <summary>An API key of an administrator: the bootstrap key, or on a shared database, where there is none, one that was made.</summary>
    public string AdministratorKey => _administratorKey ?? throw new InvalidOperationException("The server has not started.");

    /// <summary>A channel without credentials.</summary>
    public GrpcChannel Anonymous => Connect();

    /// <summary>A channel whose calls carry <see cref="AdministratorKey"/>.</summary>
    public GrpcChannel Administrator => Connect(AdministratorKey);

    private WebApplication App => _app ?? throw new InvalidOperationException("The server does not run.");

    private BoundAddresses Bound => Services.GetRequiredService<BoundAddresses>();

    public static async Task<EntitlementHost> StartAsync(HostSettings? settings = null)
    {
        settings ??= new HostSettings();
        var shared = settings.Database == DatabaseKind.Sqlite ? null : await TestDatabase.CreateAsync(settings.Database);
        var host = new EntitlementHost(settings, shared);
        try
        {
            if (shared is null && settings.DataDirectory is null)
            {
                await SqliteTemplate.CopyToAsync(host.DatabaseFile);
            }

            await host.StartAgainAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public static Task<EntitlementHost> StartAsync(DatabaseKind database) => StartAsync(new HostSettings { Database = database });

    /// <summary>Another server on the database and the keys of this one, which is not SQLite; to be disposed of first.</summary>
    /// <param name="options">Beside those of this one, and before them.</param>
    public async Task<EntitlementHost> StartBesideAsync(Dictionary<string, string?> options)
    {
        var merged = new Dictionary<string, string?>(_settings.Options);
        foreach (var (key, value) in options)
        {
            merged[key] = value;
        }

        var settings = _settings with { DataDirectory = DataDirectory, Options = merged };
        var host = new EntitlementHost(settings, _shared ?? throw new InvalidOperationException("SQLite is for one."), isGuest: true)
        {
            _administratorKey = AdministratorKey,
        };
        try
        {
            await host.StartAgainAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server on the data that is there.</summary>
    public async Task StartAgainAsync()
    {
        var app = Composition.Build([.. Switches()], Replace);
        try
        {
            await Startup.PrepareAsync(app.Services, CancellationToken.None);
            await Startup.ListenAsync(app, CancellationToken.None);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        _app = app;
        _administratorKey ??= await FindAdministratorKeyAsync();
    }

    /// <summary>Stops the server as SIGTERM does. Channels to it are closed.</summary>
    public async Task StopAsync()
    {
        if (_app is { } app)
        {
            _app = null;
            await app.StopAsync();
            await app.DisposeAsync();
            DisposeChannels();
        }
    }

    /// <summary>A new channel to the server.</summary>
    /// <param name="apiKey">Sent with each call; null for none.</param>
    /// <param name="address">Null for the address of gRPC.</param>
    public GrpcChannel Connect(string? apiKey = null, string? address = null)
    {
        var handler = new CredentialHandler(apiKey is null ? null : $"Bearer {apiKey}");
        var channel = GrpcChannel.ForAddress(
            address ?? GrpcAddress, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        lock (_channels)
        {
            _channels.Add(channel);
        }

        return channel;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        DisposeChannels();
        if (_isGuest)
        {
            return;
        }

        if (_shared is not null)
        {
            await _shared.DisposeAsync();
        }
        else
        {
            SqliteConnection.ClearAllPools();
        }

        if (_settings.DataDirectory is null)
        {
            Directory.Delete(DataDirectory, recursive: true);
        }
    }

    private IEnumerable<string> Switches()
    {
        var options = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Server:GrpcListen"] = "http://127.0.0.1:0",
            ["Server:HttpListen"] = "http://127.0.0.1:0",
            ["Storage:DataDirectory"] = DataDirectory,
            ["Logging:LogLevel:Default"] = "Debug",

            // Tests count versions of the clock of access, and move the time.
            ["Access:CanaryInterval"] = "1.00:00:00",
        };
        if (_shared is not null)
        {
            options["Storage:Provider"] = $"{_shared.Kind}";
            options["Storage:ConnectionString"] = _shared.ConnectionString;
            options["Storage:MaxBatchSize"] = Databases.MaxBatchSize?.ToString("D", null);
            options["LicenseFile:Issuer"] = "urn:entitlement:local";
            var keys = Path.Combine(DataDirectory, "keys");
            KeyCeremony.Complete(keys, "", TimeProvider.System.GetUtcNow());
            AuditKeyCeremony.Complete(keys, TimeProvider.System.GetUtcNow());
        }

        foreach (var (key, value) in _settings.Options)
        {
            options[key] = value;
        }

        return options.Where(option => option.Value is not null).Select(option => $"--{option.Key}={option.Value}");
    }

    private void Replace(IServiceCollection services)
    {
        services.RemoveAll<ILoggerProvider>();
        services.AddSingleton<ILoggerProvider>(Logs);
        if (_settings.Clock is { } clock)
        {
            services.Replace(ServiceDescriptor.Singleton(clock));
        }

        _settings.Services?.Invoke(services);
    }

    private async Task<string> FindAdministratorKeyAsync()
    {
        if (_shared is null)
        {
            return (await File.ReadAllTextAsync(BootstrapKeyFile)).Trim();
        }

        var key = await Services.GetRequiredService<AdministratorCommand>().CreateAsync("tests", CancellationToken.None);
        return key.Reveal();
    }

    private void DisposeChannels()
    {
        lock (_channels)
        {
            _channels.ForEach(channel => channel.Dispose());
            _channels.Clear();
        }
    }

    /// <summary>Adds the credentials below gRPC, which itself sends none in plain text.</summary>
    private sealed class CredentialHandler(string? authorization) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (authorization is not null)
            {
                request.Headers.TryAddWithoutValidation("authorization", authorization);
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
