using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Server.Tests.Accounts;

public class AccountTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Shows_an_account_as_it_was_opened(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);

        var response = await shop.Accounts.CreateAccountAsync(Open("Acme", "ERP-7"));
        var created = response.Account;

        Assert.False(response.Existed);
        Assert.Equal(("Acme", "ERP-7"), (created.DisplayName, created.ExternalRef));
        Assert.Equal(shop.Clock.GetUtcNow().ToUnixTimeMilliseconds(), created.CreateTime.ToDateTimeOffset().ToUnixTimeMilliseconds());
        Assert.Equal(created, (await shop.Accounts.GetAccountAsync(new GetAccountRequest { Name = created.Name })).Account);
        Assert.Equal([created], (await shop.Accounts.ListAccountsAsync(new ListAccountsRequest())).Accounts);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Gives_the_account_that_has_the_reference(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var first = await shop.Accounts.CreateAccountAsync(Open("Acme", "ERP-7"));

        var second = await shop.Accounts.CreateAccountAsync(Open("Acme, renamed", "ERP-7"));
        var other = await shop.Accounts.CreateAccountAsync(Open("Acme", "erp-7"));

        Assert.True(second.Existed);
        Assert.Equal(first.Account, second.Account);
        Assert.False(other.Existed);
        Assert.NotEqual(first.Account.Name, other.Account.Name);
        Assert.Equal(["account.create", "account.create"], (await shop.AuditAsync()).Select(record => record.Action));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Opens_one_account_for_many_orders_of_one_reference_at_once(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);

        var responses = await Task.WhenAll(Enumerable.Range(0, 16).Select(async index =>
            await shop.Accounts.CreateAccountAsync(Open($"Order {index}", "ERP-7"))));

        Assert.Single(responses, response => !response.Existed);
        Assert.Single(responses.Select(response => response.Account).Distinct());
        Assert.Single((await shop.Accounts.ListAccountsAsync(new ListAccountsRequest())).Accounts);
        Assert.Single(await shop.AuditAsync());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Keeps_accounts_without_a_reference_apart(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);

        Assert.NotEqual(await shop.NewAccountAsync("Acme"), await shop.NewAccountAsync("Acme"));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Names_the_field_that_is_wrong_and_keeps_nothing(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        (string, string, Func<AsyncUnaryCall<CreateAccountResponse>>) Case(string field, string title, CreateAccountRequest request) =>
            (field, title, () => shop.Accounts.CreateAccountAsync(request));

        await Shop.AllNameTheirFieldAsync(
            Case("account", "none", new CreateAccountRequest()),
            Case("account.display_name", "empty", Open("", "ERP-7")),
            Case("account.display_name", "257 characters", Open(new string('x', 257), "ERP-7")),
            Case("account.display_name", "a control character", Open("Acme\u0007", "ERP-7")),
            Case("account.external_ref", "a space", Open("Acme", "ERP 7")),
            Case("account.external_ref", "not ASCII", Open("Acme", "ERP-ü")),
            Case("account.external_ref", "129 characters", Open("Acme", new string('x', 129))),
            Case("request_id", "no UUID", new CreateAccountRequest { Account = new Account { DisplayName = "Acme" }, RequestId = "7" }));

        Assert.Empty((await shop.Accounts.ListAccountsAsync(new ListAccountsRequest())).Accounts);
        Assert.Empty(await shop.AuditAsync());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Says_which_account_does_not_exist(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var missing = $"accounts/{Guid.NewGuid()}";

        var refusal = await Shop.RefusedAsync(shop.Accounts.GetAccountAsync(new GetAccountRequest { Name = missing }));

        Assert.Equal((StatusCode.NotFound, "NOT_FOUND"), (refusal.StatusCode, refusal.Reason()));
        Assert.Equal(missing, refusal.Info().Metadata["resource"]);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Walks_every_account_exactly_once_while_others_are_opened(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var before = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 7; i++)
        {
            before.Add(await shop.NewAccountAsync($"Before {i}"));
        }

        var seen = new List<string>();
        var token = "";
        do
        {
            var page = await shop.Accounts.ListAccountsAsync(new ListAccountsRequest { PageSize = 3, PageToken = token });
            seen.AddRange(page.Accounts.Select(account => account.Name));
            token = page.NextPageToken;
            shop.Clock.Advance(TimeSpan.FromMilliseconds(1));
            if (seen.Count < 12)
            {
                await shop.NewAccountAsync("Meanwhile");
            }
        }
        while (token.Length > 0);

        Assert.Equal(seen.Distinct(StringComparer.Ordinal), seen);
        Assert.Superset(before, seen.ToHashSet(StringComparer.Ordinal));
    }

    private static CreateAccountRequest Open(string displayName, string externalRef) =>
        new() { Account = new Account { DisplayName = displayName, ExternalRef = externalRef } };
}
