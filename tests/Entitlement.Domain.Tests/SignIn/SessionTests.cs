using Entitlement.Domain.SignIn;

namespace Entitlement.Domain.Tests.SignIn;

public class SessionTests
{
    private static readonly TimeSpan Idle = TimeSpan.FromHours(2);
    private static readonly DateTimeOffset Now = Samples.Now;

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    public void Ends_when_it_is_not_used_for_a_while(int secondsFromEnd, bool isLive) =>
        Assert.Equal(isLive, Begin(TimeSpan.FromHours(12)).IsLive(Idle, Now + Idle + TimeSpan.FromSeconds(secondsFromEnd)));

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    public void Ends_at_its_end_however_much_it_is_used(int secondsFromEnd, bool isLive) =>
        Assert.Equal(isLive, Begin(TimeSpan.FromHours(1)).IsLive(Idle, Now.AddHours(1).AddSeconds(secondsFromEnd)));

    [Fact]
    public void Is_not_written_at_each_use()
    {
        var session = Begin(TimeSpan.FromHours(12));

        Assert.False(Session.IsUseWorthNoting(session.LastUseTime, Idle, Now.AddMinutes(5)));
        Assert.True(Session.IsUseWorthNoting(session.LastUseTime, Idle, Now.AddMinutes(6)));
    }

    [Fact]
    public void Ending_again_keeps_the_first_time()
    {
        var session = Begin(TimeSpan.FromHours(12));
        session.End(Now);

        session.End(Now.AddHours(1));

        Assert.Equal(Now, session.EndTime);
        Assert.False(session.IsLive(Idle, Now));
    }

    private static Session Begin(TimeSpan lifetime) =>
        Session.Begin(Guid.NewGuid(), new byte[32], "192.0.2.7", lifetime, Now);
}
