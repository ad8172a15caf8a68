using Entitlement.Domain.Errors;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Tests.Paging;

public class PageRequestTests
{
    private static readonly Guid[] Ids = [.. Enumerable.Range(1, 4).Select(day => Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddDays(day)))];

    [Theory]
    [InlineData(0, 100)]
    [InlineData(1, 1)]
    [InlineData(1000, 1000)]
    public void Takes_a_size_within_its_bounds(int asked, int size) =>
        Assert.Equal(size, PageRequest.Parse(asked, "", "accounts").Size);

    [Theory]
    [InlineData(-1)]
    [InlineData(1001)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void Refuses_a_size_out_of_its_bounds(int asked) =>
        Assert.Equal("page_size", FieldRefused(() => PageRequest.Parse(asked, "", "accounts")));

    [Fact]
    public void Goes_on_after_the_last_row_that_was_shown()
    {
        var page = PageRequest.Parse(3, "", "accounts");

        var (rows, next) = page.Cut([.. Ids], id => id);

        Assert.Equal(Ids[..3], rows);
        Assert.Equal(Ids[2], PageRequest.Parse(1, next, "accounts").After);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Ends_where_no_row_follows(int size)
    {
        var page = PageRequest.Parse(size, "", "accounts");

        var (rows, next) = page.Cut([.. Ids], id => id);

        Assert.Equal(Ids, rows);
        Assert.Empty(next);
    }

    [Fact]
    public void Begins_before_every_id() => Assert.True(PageRequest.Parse(1, "", "accounts").After < Ids[0]);

    [Theory]
    [InlineData("products")]
    [InlineData("accounts/-/licenses")]
    [InlineData("")]
    public void Refuses_a_token_of_another_list(string list)
    {
        var token = PageRequest.Parse(1, "", "accounts").Cut([.. Ids], id => id).NextPageToken;

        Assert.Equal("page_token", FieldRefused(() => PageRequest.Parse(1, token, list)));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("!!!!")]
    [InlineData("AAAA")]
    [InlineData("ü")]
    public void Refuses_a_token_that_it_never_gave(string token) =>
        Assert.Equal("page_token", FieldRefused(() => PageRequest.Parse(1, token, "accounts")));

    [Fact]
    public void Refuses_a_token_that_is_longer_or_shorter_than_its_own()
    {
        var token = PageRequest.Parse(1, "", "accounts").Cut([.. Ids], id => id).NextPageToken;

        Assert.Equal("page_token", FieldRefused(() => PageRequest.Parse(1, token[..^4], "accounts")));
        Assert.Equal("page_token", FieldRefused(() => PageRequest.Parse(1, $"{token}AAAA", "accounts")));
        Assert.Equal("page_token", FieldRefused(() => PageRequest.Parse(1, new string('A', 100_000), "accounts")));
    }

    [Fact]
    public void Compares_ids_on_SQL_Server_as_they_are_stored()
    {
        var options = new DbContextOptionsBuilder<EntitlementDbContext>().UseSqlServer("Server=none").Options;
        using var db = new EntitlementDbContext(options);
        var page = PageRequest.Parse(1, PageRequest.Parse(1, "", "accounts").Cut([.. Ids], id => id).NextPageToken, "accounts");

        var sql = db.Accounts.Where(account => account.Id > page.After).OrderBy(account => account.Id).Take(page.Probe).ToQueryString();

        Assert.Contains($"binary(16) = 0x{Convert.ToHexString(Ids[0].ToByteArray(bigEndian: true))}", sql, StringComparison.Ordinal);
        Assert.Contains("[a].[Id] > @page_After", sql, StringComparison.Ordinal);
        Assert.Contains("ORDER BY [a].[Id]", sql, StringComparison.Ordinal);
    }

    private static string FieldRefused(Func<object> parse)
    {
        var refusal = Assert.Throws<EntitlementException>(parse);
        Assert.Equal(FailureReason.InvalidArgument, refusal.Reason);
        return refusal.Metadata["field"];
    }
}
