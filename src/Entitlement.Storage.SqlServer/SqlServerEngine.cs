using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage.SqlServer;

internal sealed class SqlServerEngine(string connectionString, IDbContextFactory<EntitlementDbContext> contexts)
    : StorageEngine(contexts)
{
    public override DbConnection Connect() => new SqlConnection(connectionString);

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
