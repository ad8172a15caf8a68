using Entitlement.V1;

namespace Entitlement.Client.Audit;

/// <summary>Reads records in the order of the trail, one ahead.</summary>
internal sealed class AuditRecordCursor(IAsyncEnumerable<AuditRecord> records, Action<AuditRecord> seen) : IAsyncDisposable
{
    private readonly IAsyncEnumerator<AuditRecord> _records = records.GetAsyncEnumerator();
    private (long Block, Guid Id) _place;

    /// <summary>Null behind the last one.</summary>
    public AuditRecord? Current { get; private set; }

    public async Task MoveNextAsync()
    {
        Current = await _records.MoveNextAsync() ? _records.Current : null;
        if (Current is { } record)
        {
            // What is not sealed stands behind all blocks.
            _place = (record.Block == 0 ? long.MaxValue : record.Block, AuditRecordCheck.FormOf(record)?.Id ?? Guid.Empty);
            seen(record);
        }
    }

    public bool IsAt(long block, Guid id) => _place == (block, id);

    public bool IsBefore(long block, Guid id) => _place.CompareTo((block, id)) < 0;

    public ValueTask DisposeAsync() => _records.DisposeAsync();
}
