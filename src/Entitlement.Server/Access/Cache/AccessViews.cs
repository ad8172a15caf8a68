using System.Diagnostics.CodeAnalysis;
using Entitlement.Domain.Errors;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Access.Cache;

/// <summary>
/// Keeps this server's view of the clock of access, and moves it forward: regularly, when somebody needs a fresher one, and when
/// this server itself changed access. One reading is under way at a time, and serves all who wait for it.
/// </summary>
internal sealed class AccessViews(
    IAccessSource source, IOptions<AccessOptions> options, TimeProvider clock, ILogger<AccessViews> logger)
{
    /// <summary>How long the database may take to tell the clock.</summary>
    public static readonly TimeSpan ReadingLimit = TimeSpan.FromSeconds(5);

    /// <summary>A caller joins a reading that began before it, at worst, and then needs one more; the rest is for slow ones.</summary>
    private const int MaxReadings = 5;

    private readonly Lock _lock = new();
    private NodeView? _view;
    private Reading? _reading;
    private long _begun;
    private long _committed;
    private long _moves;

    /// <summary>What the log said.</summary>
    public ChangeMemory Changes { get; } = new();

    /// <summary>Raised when the clock stands at an earlier version than it did: the database was put back.</summary>
    public event Action? PutBack;

    /// <summary>
    /// Raised when the version moved, with the longest time for which a change can have been unknown here: no clock but this
    /// server's own takes part.
    /// </summary>
    public event Action<TimeSpan>? Moved;

    /// <summary>Null until the clock was read for the first time.</summary>
    public NodeView? Newest => Volatile.Read(ref _view);

    /// <summary>How often the version moved.</summary>
    public long Moves => Interlocked.Read(ref _moves);

    /// <summary>How old <see cref="Newest"/> is; null before the first reading.</summary>
    public TimeSpan? Age => Newest is { } view ? clock.GetElapsedTime(view.ReadAt) : null;

    /// <summary>For what must be judged by everything that was committed before this moment.</summary>
    public Freshness FromNowOn() => new() { AfterReading = Interlocked.Read(ref _begun) };

    /// <summary>This server changed access: it never again answers as before. Others are told elsewhere.</summary>
    public void Committed(long version)
    {
        lock (_lock)
        {
            _committed = Math.Max(_committed, version);
        }
    }

    /// <summary>Whether a view may still be decided by at this moment.</summary>
    public bool IsYoung(NodeView view) => clock.GetElapsedTime(view.ReadAt) <= options.Value.MaxStaleness;

    /// <summary>The newest view if it is fresh enough; its age is not looked at.</summary>
    public NodeView? Find(Freshness freshness) =>
        Newest is { } view && freshness.IsMetBy(view) && view.Version >= Interlocked.Read(ref _committed) ? view : null;

    /// <summary>A view that is fresh and young enough, by reading the clock where need be.</summary>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.StorageUnavailable"/>, or the clock has not come to the version that a caller asks for.
    /// </exception>
    public async ValueTask<NodeView> GetAsync(Freshness freshness, CancellationToken cancellationToken)
    {
        for (var reading = 0; reading < MaxReadings; reading++)
        {
            var begun = Interlocked.Read(ref _begun);
            if (Find(freshness) is { } view && IsYoung(view))
            {
                return view;
            }

            var read = await AdvanceAsync(cancellationToken);
            if (read.Reading > begun && read.Version < freshness.AtLeast)
            {
                throw freshness.Refuse();
            }
        }

        throw Refusal.StorageUnavailable();
    }

    /// <summary>Reads the clock now, or waits for the reading that is under way.</summary>
    /// <exception cref="EntitlementException"><see cref="FailureReason.StorageUnavailable"/>, or what the source throws.</exception>
    public Task<NodeView> AdvanceAsync(CancellationToken cancellationToken)
    {
        Reading reading;
        lock (_lock)
        {
            reading = _reading ??= Begin();
        }

        // Begun by the first who asks for it, outside of the lock.
        return reading.Task.Value.WaitAsync(cancellationToken);
    }

    [SuppressMessage("Usage", "VSTHRD011", Justification = "A server has no synchronization context that the task could need to go on.")]
    private Reading Begin()
    {
        var (number, before) = (++_begun, _view);
        return new Reading(new Lazy<Task<NodeView>>(() => ReadAsync(number, before)));
    }

    private async Task<NodeView> ReadAsync(long number, NodeView? before)
    {
        try
        {
            var readAt = clock.GetTimestamp();
            using var limit = new CancellationTokenSource(ReadingLimit, clock);
            var page = await source.ReadLogAsync(before?.Version, limit.Token)
                .WaitAsync(ReadingLimit, clock, CancellationToken.None);
            return Publish(new NodeView(page.Version, readAt, number), before, page);
        }
        catch (Exception failure) when (failure is TimeoutException or OperationCanceledException)
        {
            throw Refusal.StorageUnavailable();
        }
        finally
        {
            lock (_lock)
            {
                _reading = null;
            }
        }
    }

    private NodeView Publish(NodeView view, NodeView? before, AccessLogPage page)
    {
        var isPutBack = view.Version < before?.Version;
        if (isPutBack)
        {
            Log.ClockWentBack(logger, before!.Version, view.Version);
            Changes.Clear();
            PutBack?.Invoke();
        }

        Changes.Remember(page, isPutBack ? null : before?.Version);
        lock (_lock)
        {
            _committed = isPutBack ? 0 : _committed;
            Volatile.Write(ref _view, view);
        }

        if (view.Version != before?.Version)
        {
            Interlocked.Increment(ref _moves);
            if (before is not null)
            {
                Moved?.Invoke(clock.GetElapsedTime(before.ReadAt));
            }
        }

        return view;
    }

    private sealed record Reading(Lazy<Task<NodeView>> Task);
}
