using System.Net;
using Entitlement.Server.Abuse;
using Entitlement.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Tests.Abuse;

public class FailureTableTests
{
    private static readonly AddressGroup One = At("192.0.2.1");
    private static readonly AddressGroup Other = At("192.0.2.2");

    private readonly ManualClock _clock = new(DateTimeOffset.UnixEpoch);

    [Fact]
    public void Refuses_an_address_after_as_many_failures_as_it_may_have()
    {
        var table = Table(new AbuseOptions { FailuresPerAddress = 3 });

        Assert.All(Enumerable.Range(0, 3), _ => Assert.Null(table.Add(One)));

        Assert.Equal(TimeSpan.FromSeconds(20), table.BlockedFor(One));
        Assert.Equal(TimeSpan.FromSeconds(20), table.Add(One));
        Assert.Null(table.BlockedFor(Other));
    }

    [Fact]
    public void Counts_nothing_of_an_address_that_is_refused_so_that_it_gets_back_in_time()
    {
        var table = Table(new AbuseOptions { FailuresPerAddress = 3 });
        for (var i = 0; i < 1_000; i++)
        {
            table.Add(One);
        }

        _clock.Advance(TimeSpan.FromSeconds(20));

        Assert.Null(table.Add(One));
        Assert.NotNull(table.BlockedFor(One));
    }

    [Fact]
    public void Forgets_all_failures_of_an_address_within_the_window()
    {
        var table = Table(new AbuseOptions { FailuresPerAddress = 3, Window = TimeSpan.FromHours(1) });
        Assert.All(Enumerable.Range(0, 3), _ => Assert.Null(table.Add(One)));

        _clock.Advance(TimeSpan.FromHours(1));

        Assert.All(Enumerable.Range(0, 3), _ => Assert.Null(table.Add(One)));
    }

    [Fact]
    public void Judges_who_never_failed_when_too_many_failed_over_all_and_nobody_else()
    {
        var table = Table(new AbuseOptions { FailuresOverAll = 10 });
        for (var i = 0; i < 10; i++)
        {
            Assert.Null(table.Add(At($"198.51.100.{i}")));
        }

        Assert.NotNull(table.BlockedFor(At("198.51.100.3")));
        Assert.Null(table.BlockedFor(One));
        Assert.Null(table.Add(One));
        Assert.NotNull(table.BlockedFor(One));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(table.BlockedFor(At("198.51.100.3")));
    }

    [Fact]
    public void Remembers_no_more_addresses_than_it_may_and_forgets_the_one_that_failed_longest_ago()
    {
        var table = Table(new AbuseOptions { FailuresPerAddress = 1, MaxAddresses = 100 });
        for (var i = 0; i < 1_000; i++)
        {
            Assert.Null(table.Add(At($"2001:db8:0:{i:x}::1")));
            Assert.InRange(table.Count, 1, 100);
        }

        Assert.Null(table.BlockedFor(At("2001:db8:0:383::1")));
        Assert.NotNull(table.BlockedFor(At("2001:db8:0:384::1")));
    }

    [Theory]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("0.0.0.1", "0:0:0:1::", false)]
    public void Takes_the_addresses_of_one_customer_for_one_caller(string one, string other, bool isSame) =>
        Assert.Equal(isSame, At(one) == At(other));

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    public void Writes_an_address_as_it_is_counted(string address, string text) => Assert.Equal(text, $"{At(address)}");

    private static AddressGroup At(string address) => AddressGroup.Of(IPAddress.Parse(address));

    private FailureTable Table(AbuseOptions options) =>
        new(Options.Create(options), _clock, NullLogger<FailureTable>.Instance);
}
