using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage.Sqlite;

/// <summary>
/// Contexts for reading whose connections stay open with their compiled statements. The one that was given back last goes
/// out first, so that there are no more of them than read at once.
/// </summary>
internal sealed class Readers(IDbContextFactory<EntitlementDbContext> contexts) : IAsyncDisposable
{
    /// <summary>A connection takes up to two megabytes; SQLite works in its caller's thread, so few are busy at once.</summary>
    private static readonly int MaxIdle = 2 * Environment.ProcessorCount;

    private readonly ConcurrentStack<EntitlementDbContext> _idle = new();

    public async Task<T> RunAsync<T>(
        Func<EntitlementDbContext, CancellationToken, Task<T>> query, CancellationToken cancellationToken)
    {
        if (!_idle.TryPop(out var db))
        {
            db = await OpenAsync(cancellationToken);
        }

        var isSound = true;
        try
        {
            return await query(db, cancellationToken);
        }
        catch (DbException)
        {
            isSound = false;
            throw;
        }
        finally
        {
            if (isSound && _idle.Count < MaxIdle)
            {
                _idle.Push(db);
            }
            else
            {
                await CloseAsync(db);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_idle.TryPop(out var db))
        {
            await CloseAsync(db);
        }
    }

    private async Task<EntitlementDbContext> OpenAsync(CancellationToken cancellationToken)
    {
        var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Database.OpenConnectionAsync(cancellationToken);
        KeptStatements.Instance.KeepFor(db.Database.GetDbConnection());
        return db;
    }

    private static async Task CloseAsync(EntitlementDbContext db)
    {
        KeptStatements.Instance.Forget(db.Database.GetDbConnection());
        await db.Database.CloseConnectionAsync();
        await db.DisposeAsync();
    }
}
