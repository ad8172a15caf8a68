using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Entitlement.Storage.Writing;

/// <summary>Writes rows of one table by prepared statements, as the change tracker would.</summary>
internal sealed class RowStatements
{
    private static readonly ConditionalWeakTable<IModel, ConcurrentDictionary<Type, RowStatements>> Sets = [];

    private readonly IReadOnlyList<IProperty> _columns;
    private readonly IReadOnlyList<IProperty> _key;
    private readonly IReadOnlyList<IProperty> _others;
    private readonly IReadOnlyList<IProperty> _versions;
    private readonly Statement _insert;
    private readonly Statement _update;
    private readonly Statement _delete;

    private RowStatements(Table table)
    {
        (_columns, _key) = (table.Columns, table.Key);
        _others = [.. _columns.Except(_key)];
        _versions = [.. _others.Where(property => property.IsConcurrencyToken)];
        var names = string.Join(", ", _columns.Select(table.Column));
        var places = string.Join(", ", _columns.Select((_, i) => $"@p{i}"));
        _insert = new Statement($"INSERT INTO {table.Name} ({names}) VALUES ({places})", _columns);
        _update = new Statement(
            $"UPDATE {table.Name} SET {List(table, _others, 0, ", ")} "
            + $"WHERE {List(table, [.. _key, .. _versions], _others.Count, " AND ")}",
            [.. _others, .. _key, .. _versions]);
        _delete = new Statement($"DELETE FROM {table.Name} WHERE {List(table, _key, 0, " AND ")}", _key);
    }

    public static RowStatements For(EntitlementDbContext db, Type row) => Sets.GetOrCreateValue(db.Model)
        .GetOrAdd(row, static (type, db) => new RowStatements(new Table(db, type)), db);

    /// <exception cref="StaleReadException">The row to be changed is gone, or no longer what was read.</exception>
    public async Task ExecuteAsync(EntitlementDbContext db, RowChange change, CancellationToken cancellationToken)
    {
        var (statement, values) = change.Kind switch
        {
            RowChangeKind.Insert => (_insert, Values(_columns, change.Row)),
            RowChangeKind.Update => (
                _update,
                [.. Values(_others, change.Row), .. Values(_key, change.Row), .. _versions.Select(_ => change.VersionRead)]),
            RowChangeKind.Delete => (_delete, Values(_key, change.Row)),
        };
        if (await statement.ExecuteAsync(db, values, cancellationToken) != 1)
        {
            throw new StaleReadException("A row is no longer what was read.");
        }
    }

    private static List<object?> Values(IReadOnlyList<IProperty> properties, object row)
    {
        var values = new List<object?>(properties.Count);
        foreach (var property in properties)
        {
            values.Add(property.GetGetter().GetClrValue(row));
        }

        return values;
    }

    private static string List(Table table, IReadOnlyList<IProperty> properties, int first, string separator) =>
        string.Join(separator, properties.Select((property, i) => $"{table.Column(property)} = @p{first + i}"));
}
