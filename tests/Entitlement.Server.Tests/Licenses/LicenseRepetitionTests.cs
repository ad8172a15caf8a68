using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Tests.Licenses;

public class LicenseRepetitionTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Gives_the_license_that_has_the_reference_whatever_else_is_asked(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var request = await OrderAsync(shop);
        request.License.ExternalRef = "SO-1";
        var first = await shop.Licenses.CreateLicenseAsync(request);

        request.License.MachineLimit = 9;
        request.License.Product = await shop.NewProductAsync("acme-cam");
        var second = await shop.Licenses.CreateLicenseAsync(request);

        Assert.Equal((false, true), (first.Existed, second.Existed));
        Assert.Equal(first.License, second.License);
        Assert.Single(await shop.AuditAsync(), record => record.Action == "license.create");
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Creates_one_license_for_many_orders_of_one_reference_at_once(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var order = await OrderAsync(shop);
        order.License.ExternalRef = "SO-1";

        var responses = await Task.WhenAll(Enumerable.Range(0, 16).Select(async index =>
        {
            var request = order.Clone();
            request.License.MachineLimit = index + 1;
            return await shop.Licenses.CreateLicenseAsync(request);
        }));

        Assert.Single(responses, response => !response.Existed);
        Assert.Single(responses.Select(response => response.License).Distinct());
        Assert.Single((await shop.Licenses.ListLicensesAsync(new ListLicensesRequest { Parent = order.Parent })).Licenses);
        Assert.Equal((1, 1), await shop.ReadAsync(async db => (await db.SlcEntries.CountAsync(), await db.ExternalRefEntries.CountAsync())));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Refuses_a_reference_that_a_license_of_another_account_has(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var request = await OrderAsync(shop);
        request.License.ExternalRef = "SO-1";
        await shop.Licenses.CreateLicenseAsync(request);

        request.Parent = await shop.NewAccountAsync("Another");
        var refusal = await Shop.RefusedAsync(shop.Licenses.CreateLicenseAsync(request));

        Assert.Equal((StatusCode.AlreadyExists, "EXTERNAL_REF_TAKEN"), (refusal.StatusCode, refusal.Reason()));
        Assert.Equal("SO-1", refusal.Info().Metadata["external_ref"]);
        Assert.Empty((await shop.Licenses.ListLicensesAsync(new ListLicensesRequest { Parent = request.Parent })).Licenses);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Lets_an_account_and_a_license_have_the_same_reference(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var account = (await shop.Accounts.CreateAccountAsync(
            new CreateAccountRequest { Account = new Account { DisplayName = "Acme", ExternalRef = "7" } })).Account.Name;

        var response = await shop.Licenses.CreateLicenseAsync(new CreateLicenseRequest
        {
            Parent = account,
            License = new License { Product = await shop.NewProductAsync(), ExternalRef = "7" },
        });

        Assert.False(response.Existed);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Gives_the_license_of_a_repeated_request_as_it_is_now(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var request = await OrderAsync(shop);
        request.License.EndTime = Timestamp.FromDateTimeOffset(shop.Clock.GetUtcNow().AddDays(1));
        request.RequestId = $"{Guid.NewGuid()}";
        var first = await shop.Licenses.CreateLicenseAsync(request);

        // Its end is in the past by now; that refuses a new license, not the repetition of an old request.
        shop.Clock.Advance(TimeSpan.FromDays(29));
        var second = await shop.Licenses.CreateLicenseAsync(request);

        Assert.True(second.Existed);
        Assert.Equal((first.License.Name, LicenseState.Expired), (second.License.Name, second.License.State));
        Assert.Single((await shop.Licenses.ListLicensesAsync(new ListLicensesRequest { Parent = request.Parent })).Licenses);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Refuses_a_request_id_that_came_with_other_content(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var request = await OrderAsync(shop);
        request.RequestId = $"{Guid.NewGuid()}";
        await shop.Licenses.CreateLicenseAsync(request);

        request.License.MachineLimit = 2;
        var refusal = await Shop.RefusedAsync(shop.Licenses.CreateLicenseAsync(request));

        Assert.Equal((StatusCode.AlreadyExists, "REQUEST_ID_REUSED"), (refusal.StatusCode, refusal.Reason()));
        Assert.Equal(request.RequestId, refusal.Info().Metadata["request_id"]);
        Assert.Single((await shop.Licenses.ListLicensesAsync(new ListLicensesRequest { Parent = request.Parent })).Licenses);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Creates_one_license_for_one_request_sent_many_times_at_once(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var request = await OrderAsync(shop);
        request.RequestId = $"{Guid.NewGuid()}";

        var responses = await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ => await shop.Licenses.CreateLicenseAsync(request)));

        Assert.Single(responses, response => !response.Existed);
        Assert.Single(responses.Select(response => response.License).Distinct());
        Assert.Single(await shop.AuditAsync(), record => record.Action == "license.create");
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Does_not_use_up_a_request_id_by_a_refusal(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var request = await OrderAsync(shop);
        request.RequestId = $"{Guid.NewGuid()}";
        request.License.MachineLimit = -1;
        await Shop.RefusedAsync(shop.Licenses.CreateLicenseAsync(request));

        request.License.MachineLimit = 1;

        Assert.False((await shop.Licenses.CreateLicenseAsync(request)).Existed);
    }

    private static async Task<CreateLicenseRequest> OrderAsync(Shop shop) => new()
    {
        Parent = await shop.NewAccountAsync(),
        License = new License { Product = await shop.NewProductAsync() },
    };
}
