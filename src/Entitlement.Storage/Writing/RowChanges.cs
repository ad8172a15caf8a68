using System.Data.Common;
using Entitlement.Domain.Audit;

namespace Entitlement.Storage.Writing;

/// <summary>Rows that are written together; see <see cref="StorageEngine.SaveAsync"/>.</summary>
public sealed class RowChanges
{
    private readonly List<RowChange> _changes = [];

    internal IReadOnlyList<RowChange> All => _changes;

    public void Insert(object row) => _changes.Add(new RowChange(RowChangeKind.Insert, row, VersionRead: null));

    public void InsertRange(IEnumerable<object> rows) => Each(rows, Insert);

    /// <param name="row">As it will stand.</param>
    /// <param name="versionRead">What its concurrency token was when it was read; null where the table has none.</param>
    public void Update(object row, object? versionRead = null) =>
        _changes.Add(new RowChange(RowChangeKind.Update, row, versionRead));

    public void UpdateRange(IEnumerable<object> rows) => Each(rows, row => Update(row));

    public void DeleteRange(IEnumerable<object> rows) =>
        Each(rows, row => _changes.Add(new RowChange(RowChangeKind.Delete, row, VersionRead: null)));

    /// <summary>Writes them one after the other by prepared statements.</summary>
    /// <exception cref="StaleReadException">A row to be changed is gone, or no longer what was read.</exception>
    public async Task ExecuteAsync(EntitlementDbContext db, CancellationToken cancellationToken)
    {
        foreach (var change in _changes)
        {
            await ExecuteAsync(db, change, cancellationToken);
        }
    }

    private static async Task ExecuteAsync(
        EntitlementDbContext db, RowChange change, CancellationToken cancellationToken)
    {
        try
        {
            await RowStatements.For(db, change.Row.GetType()).ExecuteAsync(db, change, cancellationToken);
        }
        catch (DbException refusal) when (change.Row is AuditRecord)
        {
            throw new NotRecordedException(refusal);
        }
    }

    private static void Each(IEnumerable<object> rows, Action<object> add)
    {
        foreach (var row in rows)
        {
            add(row);
        }
    }
}

internal enum RowChangeKind
{
    Insert,
    Update,
    Delete,
}

internal sealed record RowChange(RowChangeKind Kind, object Row, object? VersionRead);
