using Entitlement.Server.Hosting;
using Entitlement.Testing;

namespace Entitlement.EndToEnd.Tests.Machinery;

/// <summary>The running servers of one database, set up as an operator does: one on SQLite, two on PostgreSQL.</summary>
internal sealed class Deployment : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _program;
    private string? _sharedDatabase;

    private Deployment(string program) => _program = program;

    public IReadOnlyList<Service> Services { get; private set; } = [];

    /// <param name="database">Which.</param>
    /// <param name="program">The server, unless a test has another in its place.</param>
    /// <param name="options">Of all servers, beside those that the database asks for.</param>
    public static async Task<Deployment> StartAsync(
        DatabaseKind database, string? program = null, params string[] options)
    {
        var deployment = new Deployment(program ?? Repository.ServerProgram);
        try
        {
            deployment.Services = database == DatabaseKind.Sqlite
                ? [new Service(deployment._folder.Path) { Program = deployment._program, Settings = options }]
                : await deployment.ShareAsync(database, options);
            await Task.WhenAll(deployment.Services.Select(service => service.StartAsync()));
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Services)
        {
            await service.DisposeAsync();
        }

        if (_sharedDatabase is not null)
        {
            await PostgreSqlServer.DropDatabaseAsync(_sharedDatabase);
        }

        _folder.Dispose();
    }

    /// <summary>Two servers on a migrated database, with keys and an administrator made beforehand.</summary>
    private async Task<IReadOnlyList<Service>> ShareAsync(DatabaseKind database, string[] options)
    {
        _sharedDatabase = await PostgreSqlServer.CreateDatabaseAsync(migrate: true);
        var keys = _folder.File("keys");
        string[] settings =
        [
            $"--Storage:Provider={database}",
            $"--Storage:ConnectionString={_sharedDatabase}",
            $"--Signing:Directory={keys}",
            "--LicenseFile:Issuer=https://licenses.example",
            .. options,
        ];
        (await InProcess.RunAsync(InProcess.Entitle, "keys", "init", "--dir", keys)).Succeeded();
        using var made = new StringWriter();
        using var error = new StringWriter();
        var code = await ServerCommand.RunAsync(["admin", "create", "--name", "ops", .. settings], made, error);
        Assert.True(code == 0, error.ToString());
        var keyFile = _folder.Write("ops.key", made.ToString());
        return
        [
            new Service(_folder.File("first")) { Program = _program, Settings = settings, KeyFile = keyFile },
            new Service(_folder.File("second")) { Program = _program, Settings = settings, KeyFile = keyFile },
        ];
    }
}
