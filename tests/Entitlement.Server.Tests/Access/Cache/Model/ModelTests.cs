using FsCheck;
using FsCheck.Fluent;

namespace Entitlement.Server.Tests.Access.Cache.Model;

/// <summary>
/// Every answer equals the database's own at one moment of the last second, whatever is lost, late, repeated or rolled back; and
/// the proof notices when a part is broken.
/// </summary>
public sealed class ModelTests
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("ENTITLEMENT_TEST_LONG") == "1";

    private static readonly Config Usual = Config.QuickThrowOnFailure.WithMaxTest(IsLong ? 100_000 : 2_000).WithEndSize(120);

    /// <summary>Questions and changes most of all; the rest often enough that they meet.</summary>
    private static readonly (int Weight, Act Act)[] Weights =
    [
        (20, Act.Ask), (6, Act.AskByToken), (6, Act.AskFully), (10, Act.Commit), (2, Act.CommitAndDie), (6, Act.DeliverHint),
        (2, Act.RepeatHint), (2, Act.DropHint), (6, Act.ReadClock), (14, Act.Advance), (1, Act.SetWallClock), (4, Act.SlowDown),
        (8, Act.LetGoOn), (1, Act.BackUpShared), (2, Act.RestoreShared), (3, Act.ReplayShared), (2, Act.LoseShared),
        (2, Act.SwitchShared), (2, Act.SwitchDatabase), (2, Act.RestartNode),
    ];

    [Fact]
    public void Every_answer_equals_the_databases_at_one_moment_of_the_last_second() => Check.One(
        Usual, Prop.ForAll(Steps(), steps => Play(steps) is var wrong && wrong.Count == 0
            ? true
            : throw new InvalidOperationException(string.Join('\n', wrong))));

    [Fact]
    public void Notices_a_change_that_is_not_in_the_log() => Notices(new Breakage
    {
        Log = page => page with { Changes = [.. page.Changes.Where(change => change.Id != ModelRun.IdOf(0))] },
    });

    [Fact]
    public void Notices_a_log_that_leaves_a_gap_untold() => Notices(new Breakage
    {
        Log = page => page with { Changes = [.. page.Changes.TakeLast(1)] },
    });

    [Fact]
    public void Notices_a_load_that_takes_what_it_read_for_newer_than_it_is() => Notices(new Breakage
    {
        Load = snapshot => snapshot with { Version = snapshot.Version + 1 },
    });

    [Fact]
    public void Notices_an_old_snapshot_that_servers_share_under_a_new_version() => Notices(new Breakage
    {
        Share = snapshot => snapshot with { Version = snapshot.Version + 2 },
    });

    [Fact]
    public void Notices_when_the_age_of_a_view_is_not_seen() => Notices(new Breakage { Clock = _ => new StandingClock() });

    [Fact]
    public void Notices_when_the_age_of_a_view_goes_by_the_wall_clock() => Notices(new Breakage
    {
        Clock = clock => new WallClock(clock),
    });

    /// <summary>Somewhere among as many runs as the proof itself makes.</summary>
    private static void Notices(Breakage broken) => Assert.Contains(
        Gen.Sample(Steps().Generator, 100, Usual.MaxTest), steps => Play(steps, broken).Count > 0);

    private static IReadOnlyList<string> Play(Step[] steps, Breakage? broken = null)
    {
        using var run = new ModelRun(broken);
        return run.Play(steps);
    }

    private static Arbitrary<Step[]> Steps() => Arb.From(
        Gen.Frequency(Weights.Select(one => (one.Weight, Gen.Constant(one.Act))))
            .SelectMany(act => Gen.Choose(0, 1).Zip(Gen.Choose(0, 100)), (act, numbers) => new Step(act, numbers.Item1, numbers.Item2))
            .ArrayOf(),
        Shorten);

    /// <summary>Half of it, or all but one step.</summary>
    private static IEnumerable<Step[]> Shorten(Step[] steps)
    {
        if (steps.Length > 1)
        {
            yield return steps[(steps.Length / 2)..];
            yield return steps[..(steps.Length / 2)];
        }

        for (var i = 0; i < steps.Length; i++)
        {
            yield return [.. steps[..i], .. steps[(i + 1)..]];
        }
    }

    private sealed class StandingClock : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }

    /// <summary>Reads the age off the clock that people set.</summary>
    private sealed class WallClock(TimeProvider clock) : TimeProvider
    {
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => clock.GetUtcNow().UtcTicks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            clock.CreateTimer(callback, state, dueTime, period);
    }
}
