using System.Data.Common;
using Entitlement.Storage.Writing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;

namespace Entitlement.Storage.Sqlite;

internal sealed class SqliteEngine(
    string connectionString,
    string file,
    int maxQueuedWrites,
    IDbContextFactory<EntitlementDbContext> contexts,
    TimeProvider clock) : StorageEngine(contexts), IAsyncDisposable, IDisposable
{
    private readonly WriterLane _lane = new(contexts, maxQueuedWrites, clock);
    private readonly Readers _readers = new(contexts);

    public override DbConnection Connect() => new SqliteConnection(connectionString);

    /// <summary>Callers take turns, and those who wait share a commit: see <see cref="WriterLane"/>.</summary>
    public override Task<T> WriteAsync<T>(
        Func<EntitlementDbContext, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        _lane.RunAsync(work, cancellationToken);

    /// <summary>On connections that stay open with their statements compiled.</summary>
    public override Task<T> ReadAsync<T>(
        Func<EntitlementDbContext, CancellationToken, Task<T>> query, CancellationToken cancellationToken) =>
        _readers.RunAsync(query, cancellationToken);

    /// <summary>
    /// By prepared statements of our own. Writers take turns, so what one of them costs is what all of them wait for, and
    /// EF Core's change tracker with statements that are composed and prepared each time is five sixths of that. The
    /// databases that stand behind a network get all rows in one message from EF Core, which is worth more there.
    /// </summary>
    public override Task SaveAsync(EntitlementDbContext db, RowChanges rows, CancellationToken cancellationToken) =>
        rows.ExecuteAsync(db, cancellationToken);

    /// <summary>
    /// Writes the number that SQLite keeps in its header for its user, who has no use for it: one page, as durable as any
    /// commit. Not in the lane, so that it waits for the lock of a write that hangs as anybody would.
    /// </summary>
    public override async Task ProveWritableAsync(CancellationToken cancellationToken)
    {
        await using var connection = Connect();
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA synchronous = FULL; PRAGMA user_version = 1;";
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public override async Task PrepareMigrationAsync(EntitlementDbContext db, CancellationToken cancellationToken)
    {
        CreateFile();

        // A process killed while it migrated leaves EF Core's lock behind, and the next one would wait for ever. Nobody
        // else can be migrating: the instance lock admits one process.
        var isLeftBehind = await db.Database
            .SqlQuery<int>($"SELECT COUNT(*) AS Value FROM sqlite_master WHERE name = '__EFMigrationsLock'")
            .SingleAsync(cancellationToken) > 0;
        if (isLeftBehind)
        {
            await db.Database.ExecuteSqlAsync($"DELETE FROM __EFMigrationsLock", cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _lane.DisposeAsync();
        await _readers.DisposeAsync();
    }

    public void Dispose() => _lane.Complete();

    protected override StorageFault ClassifyOwn(Exception exception) => exception is SqliteException sqlite
        ? sqlite.SqliteExtendedErrorCode switch
        {
            raw.SQLITE_CONSTRAINT_UNIQUE or raw.SQLITE_CONSTRAINT_PRIMARYKEY => StorageFault.UniqueViolation,
            _ => sqlite.SqliteErrorCode switch
            {
                raw.SQLITE_CONSTRAINT => StorageFault.ConstraintViolation,
                raw.SQLITE_BUSY or raw.SQLITE_LOCKED => StorageFault.Busy,
                raw.SQLITE_CANTOPEN or raw.SQLITE_IOERR or raw.SQLITE_FULL or raw.SQLITE_READONLY
                    or raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT => StorageFault.Unreachable,
                _ => StorageFault.None,
            },
        }
        : StorageFault.None;

    /// <summary>The files that SQLite lays beside it (<c>-wal</c>, <c>-shm</c>) take over its permissions.</summary>
    private void CreateFile()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        File.Open(file, options).Dispose();
    }
}
