using System.Threading.RateLimiting;
using Entitlement.Domain.Errors;
using Entitlement.Server.Abuse;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.SignIn;

/// <summary>
/// Bounds how many passwords are hashed at once: each takes a processor for a good part of a second, and anybody may ask for
/// it. Places where a person was signed in before have a lane of their own, so that strangers don't stand before them.
/// </summary>
internal sealed class HashQueue : IDisposable
{
    /// <summary>Turns are kept for so many persons and addresses; those who share one only wait for one another.</summary>
    private const int Stripes = 1_024;

    /// <summary>How many tries for one person may wait; they take turns, so that each sees what the one before failed.</summary>
    private const int MaxWaitingPerPerson = 8;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly PartitionedRateLimiter<HashTurn> _limiter;
    private readonly Lock _lock = new();
    private int _running;

    public HashQueue(IOptions<SignInOptions> options)
    {
        var atOnce = options.Value.MaxHashes ?? Math.Max(1, Environment.ProcessorCount / 2);
        _limiter = PartitionedRateLimiter.CreateChained(
            Limit(turn => (turn.IsKnownPlace, Stripe(turn.Address.GetHashCode())), atOnce, options.Value.MaxWaitingHashesPerAddress),
            Limit(turn => (turn.IsKnownPlace, Stripe(turn.Person.GetHashCode())), 1, MaxWaitingPerPerson),
            Limit(turn => (turn.IsKnownPlace, 0), atOnce, options.Value.MaxWaitingHashes));
    }

    /// <summary>How many had a turn so far.</summary>
    public long Served { get; private set; }

    /// <summary>The most that had their turn at the same time.</summary>
    public int Peak { get; private set; }

    /// <summary>Hashes when it is its turn.</summary>
    /// <exception cref="EntitlementException"><see cref="FailureReason.TooBusy"/>: too many wait already.</exception>
    public async Task<T> RunAsync<T>(HashTurn turn, Func<Task<T>> hash, CancellationToken cancellationToken)
    {
        using var lease = await _limiter.AcquireAsync(turn, permitCount: 1, cancellationToken);
        if (!lease.IsAcquired)
        {
            throw Refusal.TooBusy(RetryAfter);
        }

        Begin();
        try
        {
            return await hash();
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    public void Dispose() => _limiter.Dispose();

    private void Begin()
    {
        lock (_lock)
        {
            Served++;
            Peak = Math.Max(Peak, Interlocked.Increment(ref _running));
        }
    }

    private static int Stripe(int hash) => (int)((uint)hash % Stripes);

    private static PartitionedRateLimiter<HashTurn> Limit(Func<HashTurn, (bool, int)> key, int atOnce, int waiting) =>
        PartitionedRateLimiter.Create<HashTurn, (bool, int)>(turn => RateLimitPartition.GetConcurrencyLimiter(
            key(turn),
            _ => new ConcurrencyLimiterOptions
            {
                PermitLimit = atOnce,
                QueueLimit = waiting,
                QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
            }));
}

/// <summary>Whose turn it is.</summary>
/// <param name="Address">Of the caller.</param>
/// <param name="Person">Who the caller wants to be; for an address that nobody has the row in which it is counted.</param>
/// <param name="IsKnownPlace">Whether that person was signed in from there before.</param>
internal readonly record struct HashTurn(AddressGroup Address, Guid Person, bool IsKnownPlace);
