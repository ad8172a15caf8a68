using System.Globalization;

namespace Entitlement.Testing;

/// <summary>The databases that tests run against.</summary>
public enum DatabaseKind
{
    Sqlite,
    SqlServer,
    PostgreSql,
}

/// <summary>Rows of a theory: each database that is at hand.</summary>
public static class Databases
{
    /// <summary>A connection string to an empty database; unset where there is no SQL Server.</summary>
    internal static readonly string? SqlServer =
        Environment.GetEnvironmentVariable("ENTITLEMENT_TEST_SQLSERVER") is { Length: > 0 } text
        ? text
        : null;

    /// <summary><c>Storage:MaxBatchSize</c> for it; unset for EF Core's own.</summary>
    internal static readonly int? MaxBatchSize =
        Environment.GetEnvironmentVariable("ENTITLEMENT_TEST_SQLSERVER_MAXBATCH") is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : null;

    public static IEnumerable<object[]> All => SqlServer is null
        ? [[DatabaseKind.Sqlite], [DatabaseKind.PostgreSql]]
        : [[DatabaseKind.Sqlite], [DatabaseKind.PostgreSql], [DatabaseKind.SqlServer]];

    /// <summary>
    /// The embedded default alone, and all of them with <c>tools/test --long</c>: for stories of a slice whose other tests run on
    /// all in any case, its races above all. Everything on everything would not fit into the time that a usual run has.
    /// </summary>
    public static IEnumerable<object[]> Usual =>
        Environment.GetEnvironmentVariable("ENTITLEMENT_TEST_LONG") == "1" ? All : [[DatabaseKind.Sqlite]];
}
