using Entitlement.Domain.Names;
using Entitlement.Server.Licenses;
using Entitlement.Server.Paging;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.Tests.Licenses;

public class LicenseListTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Lists_the_licenses_of_one_account_oldest_first_with_their_features(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var stock = await StockAsync(shop, accounts: 2, licensesEach: 3);

        foreach (var account in stock.Keys)
        {
            var listed = await WalkAsync(shop, account, pageSize: 2);

            Assert.Equal(stock[account], listed);
        }
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Lists_the_licenses_of_all_accounts_oldest_first_with_their_features(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var stock = await StockAsync(shop, accounts: 3, licensesEach: 2);

        var listed = await WalkAsync(shop, "accounts/-", pageSize: 4);

        var oldestFirst = stock.Values.SelectMany(licenses => licenses).OrderBy(license => license.CreateTime.ToDateTimeOffset());
        Assert.Equal(oldestFirst, listed);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Walks_every_license_exactly_once_while_others_are_created(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var (account, product) = (await shop.NewAccountAsync(), await shop.NewProductAsync());
        var before = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 5; i++)
        {
            before.Add((await shop.NewLicenseAsync(account, product)).Name);
        }

        var meanwhile = 0;
        var seen = await WalkAsync(shop, account, pageSize: 2, betweenPages: async () =>
        {
            shop.Clock.Advance(TimeSpan.FromMilliseconds(1));
            if (meanwhile++ < 3)
            {
                await shop.NewLicenseAsync(account, product);
            }
        });

        var names = seen.Select(license => license.Name).ToList();
        Assert.Equal(names.Distinct(StringComparer.Ordinal), names);
        Assert.Superset(before, names.ToHashSet(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Ends_a_page_where_its_feature_lines_fill_it(DatabaseKind database)
    {
        const int LinesEach = 1_000;
        const int Fit = LicenseReader.MaxLinesOnPage / LinesEach;
        await using var shop = await Shop.OpenAsync(database);
        var (account, product) = (await shop.NewAccountAsync(), await shop.NewProductAsync());
        var lines = Enumerable.Range(0, LinesEach).Select(i => new FeatureLine
        {
            Code = $"{i:D128}",
            Counts = FeatureCount.License,
        }).ToList();
        for (var i = 0; i <= Fit; i++)
        {
            shop.Clock.Advance(TimeSpan.FromMilliseconds(1));
            var license = new License { Product = product, Features = { lines } };
            await shop.Licenses.CreateLicenseAsync(new CreateLicenseRequest { Parent = account, License = license });
        }

        foreach (var parent in new[] { account, "accounts/-" })
        {
            var request = new ListLicensesRequest { Parent = parent };
            var first = await shop.Licenses.ListLicensesAsync(request);
            request.PageToken = first.NextPageToken;
            var second = await shop.Licenses.ListLicensesAsync(request);

            Assert.Equal((Fit, 1), (first.Licenses.Count, second.Licenses.Count));
            Assert.Equal("", second.NextPageToken);
            Assert.All([.. first.Licenses, .. second.Licenses], license => Assert.Equal(LinesEach, license.Features.Count));
        }
    }

    [Fact]
    public void Keeps_the_largest_page_within_what_a_client_takes()
    {
        const int UsualLimit = 4 * 1024 * 1024;
        var text = new string('\u20ac', Text.MaxEditionLength);
        var name = $"{new LicenseName(Guid.NewGuid(), Guid.NewGuid())}";
        var license = new License
        {
            Name = name,
            Product = name,
            Edition = text,
            Slc = name,
            SlcEnding = "1234",
            ActivationMode = ActivationMode.Approval,
            MachineLimit = int.MaxValue,
            MachinesHeld = int.MaxValue,
            MachineMatch = 7,
            EndTime = DateTimeOffset.MaxValue.ToTimestamp(),
            CareEndTime = DateTimeOffset.MaxValue.ToTimestamp(),
            PerpetualOffline = true,
            ExternalRef = text,
            State = LicenseState.Revoked,
            CreateTime = DateTimeOffset.MaxValue.ToTimestamp(),
            SuspendTime = DateTimeOffset.MaxValue.ToTimestamp(),
            RevokeTime = DateTimeOffset.MaxValue.ToTimestamp(),
        };
        var line = new FeatureLine
        {
            Code = new string('f', Text.MaxFeatureCodeLength),
            Counts = FeatureCount.Device,
            Quantity = int.MaxValue,
            Held = int.MaxValue,
        };
        var page = new ListLicensesResponse { NextPageToken = name };
        page.Licenses.Add(Enumerable.Repeat(license, PageRequest.MaxSize));

        var size = page.CalculateSize() + (LicenseReader.MaxLinesOnPage * (line.CalculateSize() + 4));

        Assert.InRange(size, 1, UsualLimit / 4 * 3);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Refuses_a_token_of_another_accounts_list(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var stock = await StockAsync(shop, accounts: 2, licensesEach: 2);
        var accounts = stock.Keys.ToList();
        var page = await shop.Licenses.ListLicensesAsync(new ListLicensesRequest { Parent = accounts[0], PageSize = 1 });

        await Shop.AllNameTheirFieldAsync(new[] { accounts[1], "accounts/-" }.Select(parent =>
            ("page_token", parent, (Func<Grpc.Core.AsyncUnaryCall<ListLicensesResponse>>)(() => shop.Licenses.ListLicensesAsync(
                new ListLicensesRequest { Parent = parent, PageToken = page.NextPageToken })))));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Tells_an_empty_list_from_a_missing_account(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var missing = $"accounts/{Guid.NewGuid()}";

        var empty = await shop.Licenses.ListLicensesAsync(new ListLicensesRequest { Parent = await shop.NewAccountAsync() });
        var all = await shop.Licenses.ListLicensesAsync(new ListLicensesRequest { Parent = "accounts/-" });
        var refusal = await Shop.RefusedAsync(shop.Licenses.ListLicensesAsync(new ListLicensesRequest { Parent = missing }));

        Assert.Equal((0, "", 0, ""), (empty.Licenses.Count, empty.NextPageToken, all.Licenses.Count, all.NextPageToken));
        Assert.Equal(("NOT_FOUND", missing), (refusal.Reason(), refusal.Info().Metadata["resource"]));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Names_the_field_that_is_wrong(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var account = await shop.NewAccountAsync();

        await Shop.AllNameTheirFieldAsync(new (string Field, ListLicensesRequest Request)[]
        {
            ("parent", new ListLicensesRequest()),
            ("parent", new ListLicensesRequest { Parent = "accounts/*" }),
            ("parent", new ListLicensesRequest { Parent = "accounts/-/licenses" }),
            ("page_size", new ListLicensesRequest { Parent = account, PageSize = -1 }),
            ("page_size", new ListLicensesRequest { Parent = account, PageSize = 1001 }),
            ("page_token", new ListLicensesRequest { Parent = account, PageToken = "garbage" }),
        }.Select(wrong => (
            wrong.Field,
            $"{wrong.Request}",
            (Func<Grpc.Core.AsyncUnaryCall<ListLicensesResponse>>)(() => shop.Licenses.ListLicensesAsync(wrong.Request)))));
    }

    /// <summary>Licenses in turn, each a millisecond after the one before and with two lines of its own.</summary>
    private static async Task<Dictionary<string, List<License>>> StockAsync(Shop shop, int accounts, int licensesEach)
    {
        var product = await shop.NewProductAsync();
        var stock = new Dictionary<string, List<License>>(StringComparer.Ordinal);
        for (var i = 0; i < accounts; i++)
        {
            stock[await shop.NewAccountAsync()] = [];
        }

        for (var i = 0; i < licensesEach; i++)
        {
            foreach (var (account, licenses) in stock)
            {
                shop.Clock.Advance(TimeSpan.FromMilliseconds(1));
                licenses.Add((await shop.Licenses.CreateLicenseAsync(new CreateLicenseRequest
                {
                    Parent = account,
                    License = new License
                    {
                        Product = product,
                        Features =
                        {
                            new FeatureLine { Code = "a", Counts = FeatureCount.Device, Quantity = i + 1 },
                            new FeatureLine { Code = $"b{i}", Counts = FeatureCount.License },
                        },
                    },
                })).License);
            }
        }

        return stock;
    }

    private static async Task<List<License>> WalkAsync(Shop shop, string parent, int pageSize, Func<Task>? betweenPages = null)
    {
        var seen = new List<License>();
        var token = "";
        do
        {
            var page = await shop.Licenses.ListLicensesAsync(
                new ListLicensesRequest { Parent = parent, PageSize = pageSize, PageToken = token });
            Assert.InRange(page.Licenses.Count, 1, pageSize);
            seen.AddRange(page.Licenses);
            token = page.NextPageToken;
            if (betweenPages is not null)
            {
                await betweenPages();
            }
        }
        while (token.Length > 0);

        return seen;
    }
}
