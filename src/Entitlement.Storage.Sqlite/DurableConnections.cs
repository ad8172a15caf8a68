using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using SQLitePCL;

namespace Entitlement.Storage.Sqlite;

/// <summary>
/// Makes the connections, and sets on each what SQLite forgets with it. WAL lets readers work beside the writer;
/// <c>synchronous=FULL</c> makes a commit survive a power cut, not only a crash of the process; a busy database is
/// waited for.
/// </summary>
internal sealed class DurableConnections : DbConnectionInterceptor
{
    public static readonly DurableConnections Instance = new();

    private const string Pragmas =
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";

    /// <summary>
    /// SQLite's own connections that are set up. The pool keeps them open while ours come and go, several times a call.
    /// </summary>
    private readonly ConditionalWeakTable<sqlite3, object> _prepared = [];

    private DurableConnections()
    {
    }

    /// <summary>
    /// Bare ones: EF Core's own bring two dozen functions for decimals and regular expressions along, which the model
    /// does not use and SQLite is told of each time that one is opened. That takes as long as two queries.
    /// </summary>
    public override InterceptionResult<DbConnection> ConnectionCreating(
        ConnectionCreatingEventData eventData, InterceptionResult<DbConnection> result) =>
        InterceptionResult<DbConnection>.SuppressWithResult(
            new SqliteConnection(eventData.Context!.Database.GetConnectionString()));

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        var handle = ((SqliteConnection)connection).Handle!;
        if (_prepared.TryGetValue(handle, out _))
        {
            return;
        }

        using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        command.ExecuteNonQuery();
        _prepared.TryAdd(handle, this);
    }

    public override Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        // SQLite runs in the caller's thread whether or not it is asked to wait.
        ConnectionOpened(connection, eventData);
        return Task.CompletedTask;
    }
}
