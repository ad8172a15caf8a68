using Entitlement.Testing;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage.Tests;

/// <summary>Asks the database itself, past the model.</summary>
internal static class RawSql
{
    /// <summary>The first column of each row, as the driver gives it.</summary>
    public static async Task<IReadOnlyList<object>> QueryAsync(this TestDatabase database, string sql)
    {
        await using var db = database.CreateContext();
        await db.Database.OpenConnectionAsync();
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = sql;
        var values = new List<object>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            values.Add(reader.GetValue(0));
        }

        return values;
    }

    public static async Task ExecuteAsync(this TestDatabase database, string sql)
    {
        await using var db = database.CreateContext();
        await db.Database.ExecuteSqlRawAsync(sql);
    }
}
