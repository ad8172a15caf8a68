using Entitlement.Domain.SignIn;

namespace Entitlement.Domain.Tests.SignIn;

public class LockTests
{
    private static readonly LockRule Rule = new(MaxFailures: 3, TimeSpan.FromMinutes(1), TimeSpan.FromHours(1));
    private static readonly DateTimeOffset Now = Samples.Now;

    [Fact]
    public void Holds_up_after_so_many_failures_and_not_before()
    {
        var failures = SignInFailures.None(Guid.NewGuid());
        failures.Add(isKnownPlace: false, Rule, Now);
        failures.Add(isKnownPlace: false, Rule, Now);
        Assert.False(failures.IsLocked(isKnownPlace: false, Now));

        failures.Add(isKnownPlace: false, Rule, Now);

        Assert.True(failures.IsLocked(isKnownPlace: false, Now.AddSeconds(59)));
        Assert.False(failures.IsLocked(isKnownPlace: false, Now.AddSeconds(60)));
    }

    [Theory]
    [InlineData(3, 60)]
    [InlineData(4, 120)]
    [InlineData(8, 1_920)]
    [InlineData(9, 3_600)]
    [InlineData(1_000_000, 3_600)]
    public void Doubles_up_to_a_longest_time(int failures, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Rule.LockAfter(failures));

    [Fact]
    public void A_stranger_who_never_stops_holds_up_strangers_only_and_no_longer_than_the_longest_time()
    {
        var failures = SignInFailures.None(Guid.NewGuid());
        var now = Now;
        for (var i = 0; i < 10_000; i++, now += TimeSpan.FromSeconds(10))
        {
            failures.Add(isKnownPlace: false, Rule, now);
            Assert.False(failures.IsLocked(isKnownPlace: true, now));
            Assert.False(failures.IsLocked(isKnownPlace: false, now + Rule.LongestLock));
        }
    }

    [Fact]
    public void Goes_on_trying_without_making_the_lock_longer()
    {
        var failures = Locked();

        failures.Add(isKnownPlace: false, Rule, Now.AddSeconds(59));

        Assert.False(failures.IsLocked(isKnownPlace: false, Now.AddSeconds(60)));
        Assert.Equal(3, failures.Failures);
    }

    [Fact]
    public void Forgets_a_day_after_the_last_one()
    {
        var failures = Locked();

        failures.Add(isKnownPlace: false, Rule, Now.AddDays(1));

        Assert.Equal(1, failures.Failures);
        Assert.False(failures.IsLocked(isKnownPlace: false, Now.AddDays(1)));
    }

    [Fact]
    public void Success_at_a_known_place_leaves_strangers_held_up()
    {
        var failures = Locked();
        failures.Add(isKnownPlace: true, Rule, Now);

        Assert.True(failures.Forget(isKnownPlace: true));

        Assert.True(failures.IsLocked(isKnownPlace: false, Now));
        Assert.Equal(0, failures.KnownFailures);
        Assert.False(failures.Forget(isKnownPlace: true));
    }

    [Fact]
    public void A_link_of_a_mail_clears_it_all()
    {
        var failures = Locked();

        failures.ForgetAll();

        Assert.False(failures.IsLocked(isKnownPlace: false, Now));
    }

    [Fact]
    public void Addresses_that_nobody_has_share_a_bounded_number_of_rows_that_are_no_persons()
    {
        var rows = Enumerable.Range(0, 50_000).Select(i => SignInFailures.RowOf($"{i}@example.com")).ToHashSet();

        Assert.InRange(rows.Count, SignInFailures.Strangers / 2, SignInFailures.Strangers);
        Assert.All(rows, row => Assert.Equal(0, row.Version));
    }

    private static SignInFailures Locked()
    {
        var failures = SignInFailures.None(Guid.NewGuid());
        for (var i = 0; i < Rule.MaxFailures; i++)
        {
            failures.Add(isKnownPlace: false, Rule, Now);
        }

        return failures;
    }
}
