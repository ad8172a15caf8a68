using Entitlement.Storage;
using Entitlement.Testing;

namespace Entitlement.Server.Tests.Audit;

/// <summary>A database that refuses changes of one table, until this is disposed.</summary>
internal sealed class Refusal : IAsyncDisposable
{
    private readonly StorageEngine _engine;
    private string? _end;

    private Refusal(StorageEngine engine, string end) => (_engine, _end) = (engine, end);

    public static Task<Refusal> OfInsertsAsync(StorageEngine engine, DatabaseKind database, string table) =>
        BeginAsync(engine, database, "INSERT", table);

    public static Task<Refusal> OfUpdatesAsync(StorageEngine engine, DatabaseKind database, string table) =>
        BeginAsync(engine, database, "UPDATE", table);

    public async ValueTask DisposeAsync()
    {
        if (_end is { } end)
        {
            _end = null;
            await ExecuteAsync(_engine, end);
        }
    }

    private static async Task<Refusal> BeginAsync(StorageEngine engine, DatabaseKind database, string change, string table)
    {
        var (begin, end) = database switch
        {
            DatabaseKind.Sqlite => (
                $"CREATE TRIGGER refuse BEFORE {change} ON \"{table}\" BEGIN SELECT RAISE(ABORT, 'refused'); END",
                "DROP TRIGGER refuse"),
            DatabaseKind.PostgreSql => (
                $"""
                CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$ LANGUAGE plpgsql;
                CREATE TRIGGER refuse BEFORE {change} ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION refuse();
                """,
                $"""DROP TRIGGER refuse ON "{table}"; DROP FUNCTION refuse();"""),
            DatabaseKind.SqlServer => (
                $"CREATE TRIGGER refuse ON [{table}] INSTEAD OF {change} AS THROW 50000, 'refused', 1",
                "DROP TRIGGER refuse"),
        };
        await ExecuteAsync(engine, begin);
        return new Refusal(engine, end);
    }

    private static async Task ExecuteAsync(StorageEngine engine, string sql)
    {
        await using var connection = engine.Connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
