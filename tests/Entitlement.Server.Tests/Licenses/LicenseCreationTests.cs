using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Tests.Licenses;

public class LicenseCreationTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Shows_a_license_as_it_was_wanted(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var request = new CreateLicenseRequest { Parent = await shop.NewAccountAsync(), License = await FullAsync(shop) };

        var response = await shop.Licenses.CreateLicenseAsync(request);
        var created = response.License;

        Assert.False(response.Existed);
        Assert.StartsWith($"{request.Parent}/licenses/", created.Name, StringComparison.Ordinal);
        Assert.Matches("^([34679ACEFGHJKMNPQRTVWXY]{5}-){4}[34679ACEFGHJKMNPQRTVWXY]{5}$", created.Slc);
        Assert.Equal(created.Slc[^4..], created.SlcEnding);
        Assert.Equal(shop.Clock.GetUtcNow().ToUnixTimeMilliseconds(), created.CreateTime.ToDateTimeOffset().ToUnixTimeMilliseconds());

        var expected = request.License.Clone();
        (expected.Name, expected.Slc, expected.SlcEnding) = (created.Name, created.Slc, created.SlcEnding);
        (expected.CreateTime, expected.State) = (created.CreateTime, LicenseState.Active);
        expected.SoldMachineLimit = expected.MachineLimit;
        foreach (var line in expected.Features)
        {
            line.SoldQuantity = line.Quantity;
        }

        Assert.Equal(expected, created);
        Assert.Equal(created, (await shop.Licenses.GetLicenseAsync(new GetLicenseRequest { Name = created.Name })).License);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Takes_zeros_for_the_defaults(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var wanted = new License
        {
            Product = await shop.NewProductAsync(),
            Features = { new FeatureLine { Code = "export", Counts = FeatureCount.License } },
        };

        var created = (await shop.Licenses.CreateLicenseAsync(
            new CreateLicenseRequest { Parent = await shop.NewAccountAsync(), License = wanted })).License;

        Assert.Equal(
            (ActivationMode.SelfService, 1, 2, 1, 5),
            (created.ActivationMode, created.MachineLimit, created.MachineMatch, created.Features[0].Quantity, created.ReleaseLimit));
        Assert.Null(created.EndTime);
        Assert.Null(created.CareEndTime);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Ignores_what_only_the_service_decides(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var wanted = new License
        {
            Name = "accounts/1/licenses/1",
            Product = await shop.NewProductAsync(),
            Slc = "AAAAA",
            MachinesHeld = 9,
            State = LicenseState.Revoked,
            RevokeTime = new Timestamp(),
            SuspendTime = new Timestamp { Nanos = -1 },
            Features = { new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Held = 7 } },
        };

        var created = (await shop.Licenses.CreateLicenseAsync(
            new CreateLicenseRequest { Parent = await shop.NewAccountAsync(), License = wanted })).License;

        Assert.Equal((LicenseState.Active, 0, 0), (created.State, created.MachinesHeld, created.Features[0].Held));
        Assert.Null(created.RevokeTime);
        Assert.Null(created.SuspendTime);
        Assert.NotEqual(wanted.Slc, created.Slc);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Cuts_off_what_is_finer_than_a_millisecond(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var wanted = await FullAsync(shop);
        wanted.EndTime.Nanos = 999_999_999;
        wanted.CareEndTime = new Timestamp { Seconds = -62_135_596_800, Nanos = 1_999_999 };

        var created = (await shop.Licenses.CreateLicenseAsync(
            new CreateLicenseRequest { Parent = await shop.NewAccountAsync(), License = wanted })).License;

        Assert.Equal(new Timestamp { Seconds = wanted.EndTime.Seconds, Nanos = 999_000_000 }, created.EndTime);
        Assert.Equal(new Timestamp { Seconds = -62_135_596_800, Nanos = 1_000_000 }, created.CareEndTime);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Is_over_at_its_end(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var wanted = await FullAsync(shop);
        var created = (await shop.Licenses.CreateLicenseAsync(
            new CreateLicenseRequest { Parent = await shop.NewAccountAsync(), License = wanted })).License;

        shop.Clock.Advance(created.EndTime.ToDateTimeOffset() - shop.Clock.GetUtcNow() - TimeSpan.FromMilliseconds(1));
        var before = (await shop.Licenses.GetLicenseAsync(new GetLicenseRequest { Name = created.Name })).License.State;
        shop.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var after = (await shop.Licenses.GetLicenseAsync(new GetLicenseRequest { Name = created.Name })).License.State;

        Assert.Equal((LicenseState.Active, LicenseState.Expired), (before, after));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Names_the_field_that_is_wrong_and_keeps_nothing(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var (account, full) = (await shop.NewAccountAsync(), await FullAsync(shop));
        (string, string, Func<AsyncUnaryCall<CreateLicenseResponse>>) Case(string field, string title, Action<CreateLicenseRequest> spoil)
        {
            var request = new CreateLicenseRequest { Parent = account, License = full.Clone() };
            spoil(request);
            return (field, title, () => shop.Licenses.CreateLicenseAsync(request));
        }

        await Shop.AllNameTheirFieldAsync(
            WrongLicenses.All(shop.Clock.GetUtcNow()).Select(wrong => Case(wrong.Field, wrong.Title, request => wrong.Spoil(request.License)))
                .Append(Case("license", "none", request => request.License = null))
                .Append(Case("parent", "empty", request => request.Parent = ""))
                .Append(Case("parent", "all accounts", request => request.Parent = "accounts/-"))
                .Append(Case("parent", "a product", request => request.Parent = full.Product))
                .Append(Case("request_id", "no UUID", request => request.RequestId = "seven")));

        Assert.Empty((await shop.Licenses.ListLicensesAsync(new ListLicensesRequest { Parent = account })).Licenses);
        Assert.Equal((0, 0, 0), await shop.ReadAsync(async db =>
            (await db.SlcEntries.CountAsync(), await db.ExternalRefEntries.CountAsync(), await db.IdempotencyRecords.CountAsync())));
        Assert.DoesNotContain(await shop.AuditAsync(), record => record.Action == "license.create");
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Says_which_account_or_product_does_not_exist(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var (account, product) = (await shop.NewAccountAsync(), await shop.NewProductAsync());
        var (noAccount, noProduct) = ($"accounts/{Guid.NewGuid()}", $"products/{Guid.NewGuid()}");

        foreach (var (parent, licensed, missing) in new[] { (noAccount, product, noAccount), (account, noProduct, noProduct) })
        {
            var refusal = await Shop.RefusedAsync(shop.Licenses.CreateLicenseAsync(
                new CreateLicenseRequest { Parent = parent, License = new License { Product = licensed } }));

            Assert.Equal((StatusCode.NotFound, "NOT_FOUND"), (refusal.StatusCode, refusal.Reason()));
            Assert.Equal(missing, refusal.Info().Metadata["resource"]);
        }
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Records_who_created_a_license_without_its_code(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);

        var license = await shop.NewLicenseAsync();

        var record = Assert.Single(await shop.AuditAsync(), record => record.Action == "license.create");
        Assert.Equal((license.Name, license.Name.Split('/')[1]), (record.Resource, $"{record.AccountId}"));
        Assert.Matches("^(bootstrap|serviceAccounts/[0-9a-f-]{36})$", record.Actor);
        Assert.Equal(
            $$"""{"product":"{{license.Product}}","slc_ending":"{{license.SlcEnding}}","machine_limit":1,"features":0}""",
            record.Details);
        Assert.DoesNotContain(license.Slc, shop.Host.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(license.Slc.Replace("-", "", StringComparison.Ordinal), shop.Host.Logs.Text, StringComparison.Ordinal);
    }

    /// <summary>Every field that a caller may set, with a value that is not its default.</summary>
    private static async Task<License> FullAsync(Shop shop) => new()
    {
        Product = await shop.NewProductAsync(),
        Edition = "Professional",
        ActivationMode = ActivationMode.Approval,
        MachineLimit = 1_000_000,
        MachineMatch = 7,
        MachineOverage = 7,
        ReleaseLimit = 0,
        EndTime = new Timestamp { Seconds = shop.Clock.GetUtcNow().AddDays(365).ToUnixTimeSeconds(), Nanos = 123_000_000 },
        CareEndTime = new Timestamp { Seconds = 253_402_300_799 },
        PerpetualOffline = true,
        ExternalRef = "SO-10042",
        Features =
        {
            new FeatureLine { Code = "Export", Counts = FeatureCount.License, Quantity = 1_000_000 },
            new FeatureLine { Code = "camera-4k", Counts = FeatureCount.Device, Quantity = 12, Overage = 3 },
            new FeatureLine { Code = "render", Counts = FeatureCount.Lease, Quantity = 5, LeaseDuration = new Duration { Seconds = 1_800 } },
        },
    };
}
