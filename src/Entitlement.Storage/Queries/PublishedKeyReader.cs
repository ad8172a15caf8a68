using System.Data.Common;

namespace Entitlement.Storage.Queries;

/// <summary>What the servers of one database have told each other of signing keys.</summary>
/// <param name="Certificates">The certificates of all keys, X.509 in DER, by their <c>kid</c>.</param>
/// <param name="NewestList">The list of revoked keys with the highest number; null when there is none above the one asked for.</param>
public sealed record PublishedKeys(IReadOnlyDictionary<string, byte[]> Certificates, PublishedList? NewestList);

/// <summary>A list of revoked signing keys (<c>.krl</c>).</summary>
/// <param name="Number">Its number.</param>
/// <param name="Content">The whole file.</param>
public sealed record PublishedList(long Number, byte[] Content);

/// <summary>
/// Reads them by plain ADO.NET: the first answer of a server needs them, and EF Core would build its model for them, which
/// takes as long as all the rest of a start.
/// </summary>
public static class PublishedKeyReader
{
    private const string Keys = "SELECT \"KeyId\", \"Certificate\" FROM \"PublishedKeys\"";

    private const string Lists =
        "SELECT \"Number\", \"Content\" FROM \"KeyRevocationLists\" WHERE \"Number\" > @known ORDER BY \"Number\" DESC";

    /// <param name="engine">Of the database.</param>
    /// <param name="knownList">Number of the newest list that is known already; 0 for none.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<PublishedKeys> ReadPublishedKeysAsync(
        this StorageEngine engine, long knownList, CancellationToken cancellationToken)
    {
        await using var connection = engine.Connect();
        await connection.OpenAsync(cancellationToken);
        return new PublishedKeys(
            await ReadCertificatesAsync(connection, cancellationToken),
            await ReadNewestAsync(connection, knownList, cancellationToken));
    }

    private static async Task<IReadOnlyDictionary<string, byte[]>> ReadCertificatesAsync(
        DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Keys;
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var certificates = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken))
        {
            certificates.Add(rows.GetString(0), await rows.GetFieldValueAsync<byte[]>(1, cancellationToken));
        }

        return certificates;
    }

    private static async Task<PublishedList?> ReadNewestAsync(
        DbConnection connection, long known, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Lists;
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("@known", known);
        command.Parameters.Add(parameter);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken)
            ? new PublishedList(rows.GetInt64(0), await rows.GetFieldValueAsync<byte[]>(1, cancellationToken))
            : null;
    }
}
