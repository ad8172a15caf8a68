using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;

namespace Entitlement.Server.Errors;

/// <summary>Tells an outage of the database, after which the same call may succeed, from a fault of ours.</summary>
internal static class StorageFault
{
    public static bool IsUnavailability(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is SqliteException sqlite && IsUnavailability(sqlite)
                || cause is SqlException sql && IsUnavailability(sql)
                || cause is DbException { IsTransient: true })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Primary result codes of SQLite (sqlite.org/rescode.html) that speak of the file and its locks, not of the statement.</summary>
    private static bool IsUnavailability(SqliteException failure) => failure.SqliteErrorCode is
        5 // SQLITE_BUSY
        or 6 // SQLITE_LOCKED
        or 8 // SQLITE_READONLY
        or 10 // SQLITE_IOERR
        or 13 // SQLITE_FULL
        or 14; // SQLITE_CANTOPEN

    /// <summary>Errors of the connection (severity 20 and above), time-outs, and the numbers that SQL Server documents as passing.</summary>
    private static bool IsUnavailability(SqlException failure) =>
        failure.Class >= 20 || failure.Number is
            -2 // time-out
            or -1 or 2 or 53 or 10053 or 10054 or 10060 or 10061 // network
            or 233 or 64 // connection ended
            or 1205 // deadlock victim
            or 1222 // lock request time-out
            or 4060 or 18456 // the database can't be opened, or not by us
            or 40197 or 40501 or 40613 or 49918 or 49919 or 49920; // Azure SQL: busy or moving
}
