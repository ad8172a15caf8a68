using System.Globalization;
using System.Text;

namespace Entitlement.Client.Clock;

/// <summary>
/// Notices a clock that was turned back. File <c>clock</c>: lines of a name, a space and whole seconds. <c>signed</c>
/// is the latest instant that the service has signed, <c>seen</c> the latest that this clock has shown up to the end of
/// the license file, <c>spent</c> how long the product ran with a clock before both, and <c>look</c> when it last did.
/// It keeps honest people honest; whoever owns the directory can delete it.
/// </summary>
/// <remarks>
/// A clock that was far ahead once locks nobody out: it counts only up to the end of the license file that was
/// installed then, is borne for <see cref="Patience"/> afterwards, and the next license file that answers a request of
/// this installation puts its own time in the place of all that was known, also an earlier one.
/// </remarks>
internal sealed class ClockRecord(StateDirectory state, TimeProvider clock)
{
    public const string FileName = "clock";

    /// <summary>
    /// How far behind a clock may be: that of a wrong time zone, and that which a file may begin later.
    /// </summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromHours(24);

    /// <summary>How long the product runs on with a clock that is behind, counted from file to file.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(7);

    /// <summary>What a start counts at most for the time since the product ran before.</summary>
    private static readonly TimeSpan MostBetweenRuns = TimeSpan.FromDays(1);

    /// <summary>How much later the clock must be for a write: a check of a license must cost next to nothing.</summary>
    private static readonly TimeSpan SeenStep = TimeSpan.FromHours(1);

    private static readonly TimeSpan SpentStep = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();

    /// <summary>When it was last looked at by time that only passes; null while the clock is believed.</summary>
    private long? _behindSince;

    /// <summary>
    /// What could not be written: a product must run on with a disk that is full or can only be read.
    /// </summary>
    private Known? _unwritten;

    /// <summary>Tells the time, and counts how long the clock has been behind.</summary>
    public ClockReading Look()
    {
        lock (_lock)
        {
            var (known, now) = (Load(), clock.GetUtcNow());
            if (known.BehindBy(now) == TimeSpan.Zero)
            {
                BelieveAgain(known);
                return Reading(known, now);
            }

            var counted = known with { Spent = known.Spent + SinceLastLook(known, now), Look = now };
            if (_behindSince is null || counted.Spent - known.Spent >= SpentStep)
            {
                _behindSince = clock.GetTimestamp();
                Save(counted);
            }

            return Reading(counted, now);
        }
    }

    /// <summary>Takes down what the clock shows, unless it is behind.</summary>
    /// <param name="until">
    /// End of the license file that is installed: to have seen a later time is worth nothing.
    /// </param>
    public void Saw(DateTimeOffset until)
    {
        lock (_lock)
        {
            var (known, now) = (Load(), clock.GetUtcNow());
            var seen = now < until ? now : until;
            if (known.BehindBy(now) == TimeSpan.Zero && !(seen - known.Seen < SeenStep))
            {
                Save(known with { Seen = seen });
            }
        }
    }

    /// <summary>The service has signed something at this time: it is past.</summary>
    public void Prove(DateTimeOffset signed)
    {
        lock (_lock)
        {
            var known = Load();
            if (!(signed <= known.Signed))
            {
                Save(known with { Signed = signed });
            }
        }
    }

    /// <summary>
    /// The service has answered a request of this installation at this time. That is later than all that was known when
    /// the request was made, so it holds instead, and patience begins anew.
    /// </summary>
    public void Answered(DateTimeOffset signed)
    {
        lock (_lock)
        {
            _behindSince = null;
            Save(new Known { Signed = signed, Seen = signed });
        }
    }

    /// <summary>
    /// What was spent stays spent: else a clock that is put right for a moment would give patience anew.
    /// </summary>
    private void BelieveAgain(Known known)
    {
        _behindSince = null;
        if (known.Look is not null)
        {
            Save(known with { Look = null });
        }
    }

    /// <summary>
    /// In one process by time that only passes; over a start by the clock itself, which says nothing where it was
    /// turned back again.
    /// </summary>
    private TimeSpan SinceLastLook(Known known, DateTimeOffset now)
    {
        if (_behindSince is { } stamp)
        {
            return clock.GetElapsedTime(stamp);
        }

        var passed = now - (known.Look ?? now);
        return passed < TimeSpan.Zero ? TimeSpan.Zero : passed < MostBetweenRuns ? passed : MostBetweenRuns;
    }

    private static ClockReading Reading(Known known, DateTimeOffset now) => new(
        now < known.Signed ? known.Signed.Value : now, known.BehindBy(now), known.Spent,
        IsProven: known.Signed is not null && !(known.Seen > known.Signed));

    private Known Load()
    {
        try
        {
            return _unwritten ?? Known.Parse(state.ReadText(FileName) ?? "");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new Known();
        }
    }

    private void Save(Known known)
    {
        try
        {
            state.Write(FileName, Encoding.ASCII.GetBytes(known.ToText()));
            _unwritten = null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _unwritten = known;
        }
    }

    private sealed record Known
    {
        public DateTimeOffset? Signed { get; init; }

        public DateTimeOffset? Seen { get; init; }

        public TimeSpan Spent { get; init; }

        /// <summary>Null while the clock was not behind.</summary>
        public DateTimeOffset? Look { get; init; }

        /// <summary>A line that can't be read counts as one that is not there.</summary>
        public static Known Parse(string text)
        {
            var values = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (var line in text.Split('\n'))
            {
                if (line.Split(' ') is [var name, var number]
                    && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                    && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds())
                {
                    values[name] = seconds;
                }
            }

            return new Known
            {
                Signed = Instant("signed"),
                Seen = Instant("seen"),
                Spent = TimeSpan.FromSeconds(values.GetValueOrDefault("spent")),
                Look = Instant("look"),
            };

            DateTimeOffset? Instant(string name) =>
                values.TryGetValue(name, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
        }

        public TimeSpan BehindBy(DateTimeOffset now)
        {
            var latest = Seen is null || Signed > Seen ? Signed : Seen;
            return latest - now is { } behind && behind > Tolerance ? behind : TimeSpan.Zero;
        }

        public string ToText()
        {
            (string Name, long? Seconds)[] values =
            [
                ("signed", Signed?.ToUnixTimeSeconds()), ("seen", Seen?.ToUnixTimeSeconds()),
                ("spent", (long)Spent.TotalSeconds), ("look", Look?.ToUnixTimeSeconds()),
            ];
            return string.Concat(values.Where(value => value.Seconds is not null).Select(value =>
                string.Create(CultureInfo.InvariantCulture, $"{value.Name} {value.Seconds}\n")));
        }
    }
}
