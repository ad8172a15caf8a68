using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Entitlement.Storage.Sqlite;

/// <summary>
/// Runs EF Core's queries by statements that were compiled before, on connections that stay open. EF Core makes a command
/// anew for each query, and SQLite takes longer to compile ours than to run them.
/// </summary>
internal sealed class KeptStatements : DbCommandInterceptor
{
    public static readonly KeptStatements Instance = new();

    /// <summary>Of one connection: our queries are fewer, and texts that are made up as they go must not fill the memory.</summary>
    private const int MaxStatements = 64;

    private readonly ConditionalWeakTable<DbConnection, Dictionary<string, KeptCommand>> _connections = [];

    private KeptStatements()
    {
    }

    /// <summary>From now on; to be called for connections alone that are not closed after each query.</summary>
    public void KeepFor(DbConnection connection) => _connections.Add(connection, new(StringComparer.Ordinal));

    /// <summary>To be called before the connection is closed, which ends its statements.</summary>
    public void Forget(DbConnection connection) => _connections.Remove(connection);

    public override InterceptionResult<DbDataReader> ReaderExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result) =>
        Find((SqliteCommand)command) is { } kept
            ? InterceptionResult<DbDataReader>.SuppressWithResult(kept.ExecuteReader())
            : result;

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default)
    {
        // SQLite runs in the caller's thread whether or not it is asked to wait.
        cancellationToken.ThrowIfCancellationRequested();
        return new(ReaderExecuting(command, eventData, result));
    }

    /// <summary>Null when none are kept for the connection, there are enough, or this one is being read.</summary>
    private KeptCommand? Find(SqliteCommand command)
    {
        if (!_connections.TryGetValue(command.Connection!, out var statements))
        {
            return null;
        }

        if (!statements.TryGetValue(command.CommandText, out var kept))
        {
            if (statements.Count == MaxStatements)
            {
                return null;
            }

            kept = new KeptCommand { CommandText = command.CommandText, Connection = command.Connection };
            statements.Add(command.CommandText, kept);
        }

        return kept.TryTakeOver(command) ? kept : null;
    }

    private sealed class KeptCommand : SqliteCommand
    {
        /// <summary>False while another reads it.</summary>
        public bool TryTakeOver(SqliteCommand command)
        {
            if (DataReader is not null)
            {
                return false;
            }

            Transaction = command.Transaction;
            CommandTimeout = command.CommandTimeout;
            Parameters.Clear();
            foreach (SqliteParameter parameter in command.Parameters)
            {
                Parameters.Add(parameter);
            }

            return true;
        }
    }
}
