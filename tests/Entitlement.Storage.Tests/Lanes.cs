using Entitlement.Domain.Accounts;
using Entitlement.Storage.Sqlite;

namespace Entitlement.Storage.Tests;

/// <summary>What callers of a <see cref="WriterLane"/> do.</summary>
internal static class Lanes
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Writes nothing.</summary>
    public static Task<int> AnswerAsync(this WriterLane lane, int answer) =>
        lane.RunAsync((_, _) => Task.FromResult(answer), CancellationToken.None);

    /// <summary>Writes an account of this name, and then does something else.</summary>
    /// <returns>The transaction that it was written in.</returns>
    public static Task<Guid> WriteAsync(
        this WriterLane lane,
        string name,
        Func<EntitlementDbContext, CancellationToken, Task>? then = null,
        CancellationToken cancellationToken = default) => lane.RunAsync(
            async (db, token) =>
            {
                db.Add(Account.Open(new NewAccount { DisplayName = name }, Samples.Now));
                if (then is not null)
                {
                    await then(db, token);
                }

                return db.Database.CurrentTransaction!.TransactionId;
            },
            cancellationToken);

    /// <summary>Occupies the lane until the signal is given: whoever comes meanwhile waits, and is in the same batch.</summary>
    public static async Task<(TaskCompletionSource Blocker, Task<Guid> Blocked)> BlockAsync(this WriterLane lane)
    {
        var (blocker, begun) = (NewSignal(), NewSignal());
        var blocked = lane.RunAsync(
            async (db, _) =>
            {
                begun.SetResult();
                await blocker.Task;
                return db.Database.CurrentTransaction!.TransactionId;
            },
            CancellationToken.None);
        await begun.Task.WaitAsync(Patience);
        return (blocker, blocked);
    }

    public static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
