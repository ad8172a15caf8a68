using System.Diagnostics.Metrics;
using Entitlement.Server.Access.Cache;
using Entitlement.Storage.Access;
using Entitlement.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Entitlement.Server.Tests.Access.Cache;

/// <summary>What the canary says is what another server, to which nobody tells of the commit, would have seen.</summary>
public sealed class CanaryTests : IAsyncLifetime, IDisposable
{
    private static readonly AccessOptions Options = new() { MaxStaleness = TimeSpan.FromSeconds(1) };

    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly TaskCompletionSource<TimeSpan> _lag = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ModelShare _share = new();
    private TestDatabase _database = null!;
    private AccessViews _views = null!;
    private AccessCanary _canary = null!;
    private ViewKeeping _keeping = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        var metrics = new AccessMetrics(_meters.GetRequiredService<IMeterFactory>());
        Listen();
        _views = new AccessViews(new DatabaseSource(_database.Contexts), options, _clock, NullLogger<AccessViews>.Instance);
        _canary = new AccessCanary(
            _database.Writer, _database.Engine, metrics, options, _clock, NullLogger<AccessCanary>.Instance);
        _keeping = new ViewKeeping(
            _views, _canary, _database.Writer, _database.Engine, options, _clock, NullLogger<ViewKeeping>.Instance, _share);
        await _views.AdvanceAsync();
    }

    public async Task DisposeAsync()
    {
        await _keeping.StopAsync(CancellationToken.None);
        await _meters.DisposeAsync();
        await _database.DisposeAsync();
    }

    public void Dispose()
    {
        _keeping.Dispose();
        _canary.Dispose();
        _listener.Dispose();
    }

    [Fact]
    public async Task A_change_is_measured_until_the_regular_reading_and_not_until_a_call_had_it_read()
    {
        await _keeping.StartAsync(CancellationToken.None);
        var version = await ChangeAsync();
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        var view = await _views.GetAsync(_views.FromNowOn(), CancellationToken.None);
        Assert.Equal(version, view.Version);
        Assert.False(_lag.Task.IsCompleted);

        _clock.Advance(Options.MaxStaleness / 2);

        Assert.Equal(TimeSpan.FromMilliseconds(510), await LagAsync());
    }

    [Fact]
    public async Task A_change_is_measured_until_its_hint_came_back_also_where_a_call_was_before_it()
    {
        await ChangeAsync();
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        await _views.GetAsync(_views.FromNowOn(), CancellationToken.None);
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        Assert.True(_share.Hints.TryDequeue(out var hinted));

        _share.Deliver(hinted);

        Assert.Equal(TimeSpan.FromMilliseconds(20), await LagAsync());
    }

    [Fact]
    public async Task A_hint_of_an_earlier_change_ends_no_measure()
    {
        var version = await ChangeAsync();

        Assert.False(_canary.Awaits(version - 1));
        _canary.Seen(version - 1);

        Assert.True(_canary.Awaits(version));
        Assert.False(_lag.Task.IsCompleted);
    }

    [Fact]
    public async Task A_wall_clock_that_is_set_changes_no_measure()
    {
        var version = await ChangeAsync();
        _clock.Set(_clock.GetUtcNow().AddHours(-3));
        _clock.Advance(TimeSpan.FromMilliseconds(30));

        _share.Deliver(version);

        Assert.Equal(TimeSpan.FromMilliseconds(30), await LagAsync());
    }

    [Fact]
    public async Task A_canary_raises_the_clock_and_is_not_in_the_log()
    {
        var version = _views.Newest!.Version;
        _clock.Advance(Options.CanaryInterval);

        await _canary.LookAsync(CancellationToken.None);

        await using var db = await _database.Contexts.CreateDbContextAsync();
        Assert.Equal(version + 1, await db.ReadVersionAsync(CancellationToken.None));
        Assert.False(await db.AccessChanges.AnyAsync(change => change.Version > version));
        Assert.True(_canary.Awaits(version + 1));
    }

    [Fact]
    public async Task Where_access_changes_anyway_no_canary_is_made()
    {
        _clock.Advance(Options.CanaryInterval);
        var version = await ChangeAsync();
        _clock.Advance(Options.CanaryInterval - TimeSpan.FromMilliseconds(1));

        await _canary.LookAsync(CancellationToken.None);

        await using var db = await _database.Contexts.CreateDbContextAsync();
        Assert.Equal(version, await db.ReadVersionAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_version_that_touches_nothing_makes_nothing_stale()
    {
        using var story = new Story();
        Assert.True(await story.AskAsync());
        var loads = story.Database.Loads.Count;

        story.Database.Commit();
        story.PassBound();

        Assert.True(await story.AskAsync());
        Assert.Equal(loads, story.Database.Loads.Count);
        Assert.Equal(story.Database.Version, story.Node.Views.Newest!.Version);
    }

    /// <summary>Soon, or never.</summary>
    private Task<TimeSpan> LagAsync() => _lag.Task.WaitAsync(TimeSpan.FromSeconds(30));

    private Task<long> ChangeAsync() => _database.Writer.RunAsync(
        (db, token) => db.RaiseAsync([(AccessThing.Roles, Guid.Empty)], token), CancellationToken.None);

    private void Listen()
    {
        var mine = _meters.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "entitlement.access.lag" && instrument.Meter.Scope == mine)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, lag, _, _) => _lag.TrySetResult(TimeSpan.FromSeconds(lag)));
        _listener.Start();
    }
}
