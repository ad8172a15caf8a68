using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage.SqlServer;

internal sealed class SqlServerEngine(string connectionString, IDbContextFactory<EntitlementDbContext> contexts)
    : StorageEngine(contexts)
{
    public override DbConnection Connect() => new SqlConnection(connectionString);

    /// <summary>By a shared lock of the whole table, which waits for all who have written to it and have not committed.</summary>
    public override async Task WaitForIssuingAsync(CancellationToken cancellationToken)
    {
        await using var connection = Connect();
        await connection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT TOP (1) 1 FROM [IssuedFiles] WITH (TABLOCK, HOLDLOCK)";
        await command.ExecuteScalarAsync(cancellationToken);
    }

    protected override StorageFault ClassifyOwn(Exception exception) => exception switch
    {
        SqlException server => server.Number switch
        {
            // Servers that only speak the protocol know the first of the two for indexes, the second for everything.
            2601 or 2627 => StorageFault.UniqueViolation,
            547 => StorageFault.ConstraintViolation,

            // Deadlock; lock request timeout; command timeout; out of memory, locks, workers or log space at the
            // moment.
            1205 or 1222 or -2 or 701 or 1204 or 8645 or 10928 or 10929 or 9002 => StorageFault.Busy,

            // Database not to be opened, login refused.
            4060 or 18456 => StorageFault.Unreachable,

            // Severity 20 and above ends the connection.
            _ => server.Class >= 20 || server.IsTransient ? StorageFault.Unreachable : StorageFault.None,
        },
        TimeoutException => StorageFault.Busy,
        _ => StorageFault.None,
    };
}
