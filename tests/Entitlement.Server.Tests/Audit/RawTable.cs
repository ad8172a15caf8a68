using Entitlement.Storage;

namespace Entitlement.Server.Tests.Audit;

/// <summary>A table as somebody sees it who has the database and nothing of ours: rows are read and changed by their columns.</summary>
internal sealed class RawTable(StorageEngine engine, string name, params string[] key)
{
    public async Task<List<Dictionary<string, object>>> ReadAsync()
    {
        await using var connection = engine.Connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT * FROM \"{name}\" ORDER BY {string.Join(", ", key.Select(column => $"\"{column}\""))}";
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<Dictionary<string, object>>();
        while (await reader.ReadAsync())
        {
            rows.Add(Enumerable.Range(0, reader.FieldCount).ToDictionary(reader.GetName, reader.GetValue, StringComparer.Ordinal));
        }

        return rows;
    }

    /// <summary>Gives the row that stands as one is said to stand the values of another.</summary>
    public async Task ReplaceAsync(IReadOnlyDictionary<string, object> row, IReadOnlyDictionary<string, object> other)
    {
        var columns = other.Keys.ToList();
        var set = string.Join(", ", columns.Select((column, i) => $"\"{column}\" = @p{i}"));
        var where = string.Join(" AND ", key.Select((column, i) => $"\"{column}\" = @p{columns.Count + i}"));
        await ExecuteAsync($"UPDATE \"{name}\" SET {set} WHERE {where}", [.. other.Values, .. key.Select(column => row[column])]);
    }

    public Task DeleteAsync(IReadOnlyDictionary<string, object> row)
    {
        var where = string.Join(" AND ", key.Select((column, i) => $"\"{column}\" = @p{i}"));
        return ExecuteAsync($"DELETE FROM \"{name}\" WHERE {where}", key.Select(column => row[column]));
    }

    public Task InsertAsync(IReadOnlyDictionary<string, object> row)
    {
        var columns = string.Join(", ", row.Keys.Select(column => $"\"{column}\""));
        var values = string.Join(", ", row.Keys.Select((_, i) => $"@p{i}"));
        return ExecuteAsync($"INSERT INTO \"{name}\" ({columns}) VALUES ({values})", row.Values);
    }

    private async Task ExecuteAsync(string sql, IEnumerable<object> values)
    {
        await using var connection = engine.Connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (i, value) in values.Index())
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ($"@p{i}", value);
            command.Parameters.Add(parameter);
        }

        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }
}
