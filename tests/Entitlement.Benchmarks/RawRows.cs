using System.Data.Common;
using Entitlement.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Entitlement.Benchmarks;

/// <summary>
/// Writes entities with plain ADO.NET: prepared statements on one connection, no change tracker, as durably as the service
/// does. Tables, columns and stored forms are the model's own, so that the rows are the same.
/// </summary>
internal sealed class RawRows : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly IModel _model;
    private readonly Dictionary<Type, SqliteCommand> _inserts = [];

    public RawRows(EntitlementDbContext db, string databaseFile)
    {
        _model = db.Model;
        _connection = new SqliteConnection($"Data Source={databaseFile};Pooling=false");
        _connection.Open();
        Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
    }

    /// <summary>One durable commit for all the entities.</summary>
    /// <param name="entities">What is inserted.</param>
    /// <param name="update">
    /// A statement that runs once for each of <paramref name="licenses"/>, with its keys as <c>$account</c> and <c>$id</c>.
    /// </param>
    /// <param name="licenses">The licenses whose counters move.</param>
    public void Commit(IEnumerable<object> entities, string update, IEnumerable<(Guid Account, Guid Id)> licenses)
    {
        using var transaction = _connection.BeginTransaction();
        foreach (var entity in entities)
        {
            Insert(entity, transaction);
        }

        using var command = new SqliteCommand(update, _connection, transaction);
        var account = command.Parameters.Add("$account", SqliteType.Blob);
        var id = command.Parameters.Add("$id", SqliteType.Blob);
        foreach (var license in licenses)
        {
            account.Value = license.Account.ToByteArray(bigEndian: true);
            id.Value = license.Id.ToByteArray(bigEndian: true);
            if (command.ExecuteNonQuery() != 1)
            {
                throw new InvalidOperationException("A license to be counted on is not there.");
            }
        }

        transaction.Commit();
    }

    public void Dispose()
    {
        foreach (var insert in _inserts.Values)
        {
            insert.Dispose();
        }

        _connection.Dispose();
    }

    private void Insert(object entity, SqliteTransaction transaction)
    {
        var type = _model.FindEntityType(entity.GetType())!;
        if (!_inserts.TryGetValue(entity.GetType(), out var command))
        {
            var columns = type.GetProperties().Select(property => property.GetColumnName()).ToList();
            command = new SqliteCommand(
                $"""INSERT INTO "{type.GetTableName()}" ("{string.Join("\", \"", columns)}") VALUES ({string.Join(", ", columns.Select((_, i) => $"$p{i}"))})""",
                _connection);
            command.Parameters.AddRange(columns.Select((_, i) => new SqliteParameter($"$p{i}", null)));
            _inserts.Add(entity.GetType(), command);
        }

        command.Transaction = transaction;
        var place = 0;
        foreach (var property in type.GetProperties())
        {
            ((DbParameter)command.Parameters[place++]).Value = Stored(property, entity) ?? DBNull.Value;
        }

        command.ExecuteNonQuery();
    }

    private static object? Stored(IProperty property, object entity)
    {
        var value = property.GetGetter().GetClrValue(entity);
        var converter = property.GetTypeMapping().Converter;
        return converter is null ? value : converter.ConvertToProvider(value);
    }

    private void Execute(string sql)
    {
        using var command = new SqliteCommand(sql, _connection);
        command.ExecuteNonQuery();
    }
}
