using System.Data.Common;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace Entitlement.Storage.PostgreSql;

internal sealed class PostgreSqlEngine(string connectionString, IDbContextFactory<EntitlementDbContext> contexts)
    : StorageEngine(contexts)
{
    public override DbConnection Connect() => new NpgsqlConnection(connectionString);

    /// <summary>
    /// Changes nothing, and is refused all the same by a server that takes no changes: one that was the primary before a
    /// failover still answers every query.
    /// </summary>
    public override async Task ProveWritableAsync(CancellationToken cancellationToken)
    {
        await using var connection = Connect();
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = """DELETE FROM "IdempotencyRecords" WHERE FALSE""";
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// By a lock that waits for all who have written to the table and have not committed. Those who come later wait for it in
    /// turn, for as long as it takes to let it go.
    /// </summary>
    public override async Task WaitForIssuingAsync(CancellationToken cancellationToken)
    {
        await using var connection = Connect();
        await connection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = """LOCK TABLE "IssuedFiles" IN SHARE MODE""";
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>EF Core looks for the history by reading it, and would log its absence as a failure.</summary>
    public override async Task PrepareMigrationAsync(EntitlementDbContext db, CancellationToken cancellationToken) =>
        await db.GetService<IHistoryRepository>().CreateIfNotExistsAsync(cancellationToken);

    protected override StorageFault ClassifyOwn(Exception exception) => exception switch
    {
        PostgresException server => ClassifyState(server.SqlState),

        // No answer in time, or no connection free in the pool.
        NpgsqlException { InnerException: TimeoutException } or TimeoutException => StorageFault.Busy,

        // Before, during or after the connection; the name of a server that can't be resolved comes bare.
        NpgsqlException or SocketException => StorageFault.Unreachable,
        _ => StorageFault.None,
    };

    /// <summary>By PostgreSQL's documentation, appendix A; a class where all of its states mean the same.</summary>
    private static StorageFault ClassifyState(string state) => state switch
    {
        PostgresErrorCodes.UniqueViolation => StorageFault.UniqueViolation,
        ['2', '3', ..] => StorageFault.ConstraintViolation,
        PostgresErrorCodes.SerializationFailure => StorageFault.Conflict,
        PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.LockNotAvailable
            or PostgresErrorCodes.ObjectInUse

            // By statement_timeout or an administrator: a caller who leaves is told by another exception.
            or PostgresErrorCodes.QueryCanceled => StorageFault.Busy,
        PostgresErrorCodes.DiskFull => StorageFault.Unreachable,
        ['5', '3', ..] => StorageFault.Busy,

        // Connection; authorization; shutdown or not yet started; the server's own files.
        ['0', '8', ..] or ['2', '8', ..] or ['5', '7', 'P', ..] or ['5', '8', ..]
            or PostgresErrorCodes.InvalidCatalogName
            or PostgresErrorCodes.ReadOnlySqlTransaction
            or PostgresErrorCodes.DataCorrupted
            or PostgresErrorCodes.IndexCorrupted => StorageFault.Unreachable,
        _ => StorageFault.None,
    };
}
