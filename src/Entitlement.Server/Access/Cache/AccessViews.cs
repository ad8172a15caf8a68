using Entitlement.Domain.Errors;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Access.Cache;

/// <summary>
/// Keeps this server's view of the clock of access, and moves it forward: regularly, when somebody needs a fresher one, and when
/// this server itself changed access. One reading is under way at a time; whom it comes too early for share the next.
/// </summary>
internal sealed class AccessViews(
    IAccessSource source, IOptions<AccessOptions> options, TimeProvider clock, ILogger<AccessViews> logger)
{
    /// <summary>How long the database may take to tell the clock.</summary>
    public static readonly TimeSpan ReadingLimit = TimeSpan.FromSeconds(5);

    /// <summary>A caller of any age joins a reading that began before it, and may need one more; the rest is for slow ones.</summary>
    private const int MaxReadings = 5;

    private readonly Lock _lock = new();
    private NodeView? _view;
    private Reading? _reading;
    private Reading? _following;
    private long _begun;
    private long _committed;
    private long _moves;
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the log said.</summary>
    public ChangeMemory Changes { get; } = new();

    /// <summary>Raised when the clock stands at an earlier version than it did: the database was put back.</summary>
    public event Action? PutBack;

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
        var begun = Interlocked.Read(ref _begun);
        var after = freshness.AfterReading;
        for (var reading = 0; reading < MaxReadings; reading++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Find(freshness) is { } view && IsYoung(view))
            {
                return view;
            }

            var read = await ReadAsync(after);
            if (read.Reading > begun && read.Version < freshness.AtLeast)
            {
                throw freshness.Refuse();
            }

            after = Math.Max(after, begun);
        }

        throw Refusal.StorageUnavailable();
    }

    /// <summary>A view of everything that was committed before this moment.</summary>
    /// <exception cref="EntitlementException"><see cref="FailureReason.StorageUnavailable"/>, or what the source throws.</exception>
    public Task<NodeView> AdvanceAsync() => ReadAsync(Interlocked.Read(ref _begun));

    /// <summary>The newest view as soon as there is one later than a version; nothing is read for it.</summary>
    public async Task<NodeView> AfterAsync(long version, CancellationToken cancellationToken)
    {
        while (true)
        {
            // In this order, or a move between the two would be missed.
            var moved = Volatile.Read(ref _moved).Task;
            if (Newest is { } view && view.Version > version)
            {
                return view;
            }

            await moved.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Reads the clock now, or waits for a reading that begins, or began, after another.</summary>
    /// <returns>Ends within twice <see cref="ReadingLimit"/>, so that nobody needs to leave earlier.</returns>
    private Task<NodeView> ReadAsync(long after)
    {
        Reading reading;
        lock (_lock)
        {
            if (_reading is { } current)
            {
                return (current.Number > after ? current : _following ??= new Reading()).Done.Task;
            }

            reading = _reading = Begin(new Reading());
        }

        _ = RunAsync(reading);
        return reading.Done.Task;
    }

    private Reading Begin(Reading reading)
    {
        (reading.Number, reading.Before) = (++_begun, _view);
        return reading;
    }

    private async Task RunAsync(Reading reading)
    {
        var read = ReadAsync(reading.Number, reading.Before);
        await ((Task)read).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Reading? next;
        lock (_lock)
        {
            next = _following is null ? null : Begin(_following);
            (_reading, _following) = (next, null);
        }

        if (next is not null)
        {
            _ = RunNextAsync(next);
        }

        reading.Done.SetFromTask(read);
    }

    /// <summary>Whoever began the reading before need not wait for this one.</summary>
    private async Task RunNextAsync(Reading reading)
    {
        await Task.Yield();
        await RunAsync(reading);
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
            Interlocked.Exchange(ref _moved, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }

        return view;
    }

    /// <summary>One reading of the clock, under way or about to be.</summary>
    private sealed class Reading
    {
        /// <summary>Given as it begins, so that it tells what the reading may have missed.</summary>
        public long Number { get; set; }

        /// <summary>What was known as it began.</summary>
        public NodeView? Before { get; set; }

        public TaskCompletionSource<NodeView> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
