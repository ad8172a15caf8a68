using Entitlement.Storage;
using Entitlement.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Testing;

/// <summary>
/// A migrated SQLite database, made once for a test process and copied for each test: the migrations were a seventh of all
/// that the tests of the server took.
/// </summary>
internal static class SqliteTemplate
{
    private static readonly Task<byte[]> Content = MakeAsync();

    /// <summary>Lays a migrated database there, readable by its owner alone.</summary>
    /// <param name="path">Where no file is yet.</param>
    public static async Task CopyToAsync(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var file = new FileStream(path, options);
        await file.WriteAsync(await Content);
    }

    private static async Task<byte[]> MakeAsync()
    {
        var directory = Directory.CreateTempSubdirectory("entitlement-template-").FullName;
        try
        {
            var path = Path.Combine(directory, "template.db");

            // Without a pool: what it keeps open has parts of the database in a file beside it.
            await using (var services = new ServiceCollection()
                .AddLogging()
                .AddSqliteStorage($"{SqliteStorage.ConnectionStringOf(path)};Pooling=False")
                .BuildServiceProvider())
            {
                await services.GetRequiredService<StorageSetup>().MigrateAsync(CancellationToken.None);
            }

            return await File.ReadAllBytesAsync(path);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
