using Entitlement.Domain.Accounts;
using Entitlement.Domain.Activations;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Entitlement.Storage.Directories;
using Entitlement.Testing;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage.Tests;

public class ConventionsTests
{
    public static IEnumerable<object[]> All => Databases.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Writes_ids_big_endian_so_that_they_sort_by_time(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);

        // A step of a day moves the bytes that a mixed-endian order would put last.
        var accounts =
            Enumerable.Range(0, 40).Select(day => Account.Open(new NewAccount { DisplayName = $"{day}" }, Samples.Now.AddDays(day))).ToList();
        await database.Writer.AddAsync([.. accounts.AsEnumerable().Reverse()]);

        var stored = await database.QueryAsync("""SELECT "Id" FROM "Accounts" ORDER BY "Id" """);

        Assert.Equal(
            accounts.Select(account => account.Id.ToByteArray(bigEndian: true)),
            stored.Select(id => id is Guid uuid ? uuid.ToByteArray(bigEndian: true) : (byte[])id));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Writes_instants_as_whole_milliseconds_of_utc(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var local = new DateTimeOffset(2026, 7, 1, 2, 0, 0, 123, TimeSpan.FromHours(2)).AddTicks(9_999);
        var account = Account.Open(new NewAccount { DisplayName = "Acme" }, local);
        await database.Writer.AddAsync(account);

        var stored = await database.QueryAsync("""SELECT "CreateTime" FROM "Accounts" """);
        Assert.Equal(1_782_864_000_123L, Assert.Single(stored));
        await using var db = database.CreateContext();
        Assert.Equal(local.ToWholeMilliseconds(), (await db.Accounts.SingleAsync()).CreateTime);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(9_999, 0)]
    [InlineData(10_000, 10_000)]
    [InlineData(-1, -10_000)]
    public void Cuts_an_instant_off_towards_the_past(long ticks, long expected) => Assert.Equal(
        DateTimeOffset.UnixEpoch.AddTicks(expected), DateTimeOffset.UnixEpoch.AddTicks(ticks).ToWholeMilliseconds());

    [Theory]
    [MemberData(nameof(All))]
    public async Task Compares_and_sorts_codes_ordinally(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        string[] codes = ["b", "a", "B", "A", "a_1", "a-1", "a.1", "a1"];
        var license = await database.Writer.AddLicenseAsync(
            features: [.. codes.Select(code => new FeatureTerms(code, FeatureCount.License, 1))]);
        await using var db = database.CreateContext();

        var sorted = await db.FeatureLines.OrderBy(line => line.Code).Select(line => line.Code).ToListAsync();
        var found = await db.FeatureLines.CountAsync(line => line.LicenseId == license.Id && line.Code == "A");

        Assert.Equal(codes.Order(StringComparer.Ordinal), sorted);
        Assert.Equal(1, found);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Tells_external_references_apart_by_case(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var (upper, lower) = (Account.Open(new NewAccount { DisplayName = "Acme", ExternalRef = "SO-1" }, Samples.Now), Account.Open(new NewAccount { DisplayName = "Acme", ExternalRef = "so-1" }, Samples.Now));
        await database.Writer.AddAsync(upper, lower, ExternalRefEntry.For(upper)!, ExternalRefEntry.For(lower)!);
        await using var db = database.CreateContext();

        var found = await db.ExternalRefEntries.SingleAsync(entry => entry.Value == "SO-1");

        Assert.Equal(upper.Id, found.AccountId);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Tells_devices_apart_by_case_accents_and_spaces_at_the_end(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var license = await database.Writer.AddLicenseAsync();
        string[] ids = ["cam", "Cam", "cam ", "cám", "摄像头", new string('摄', 128)];
        var activation = Samples.Activate(license, Samples.Machine(1));
        await database.Writer.AddAsync(
            [activation, .. ids.Select(id => ActivationDevice.Create(activation, new Device("camera", id, null)))]);
        await using var db = database.CreateContext();

        var stored = await db.ActivationDevices.Select(device => device.DeviceId).ToListAsync();

        Assert.Equal(ids.Order(StringComparer.Ordinal), stored.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Reads_a_license_back_as_it_was_written(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var written = await database.Writer.AddLicenseAsync(7, new FeatureTerms("camera", FeatureCount.Device, 3));
        await using var db = database.CreateContext();

        var read = await db.Licenses.SingleAsync();
        var line = await db.FeatureLines.SingleAsync();

        Assert.Equivalent(written, read, strict: true);
        Assert.Equal(written.Slc.Value, Assert.Single(await database.QueryAsync("""SELECT "Slc" FROM "Licenses" """)));
        Assert.Equal((FeatureCount.Device, 3, 0), (line.Counts, line.Quantity, line.Held));
        Assert.Single(await database.QueryAsync("""SELECT "Id" FROM "Licenses" WHERE "ActivationMode" = 1"""));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Takes_the_longest_texts_that_the_domain_allows(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var account = Account.Open(
            new NewAccount
            {
                DisplayName = new string('摄', Text.MaxDisplayNameLength),
                ExternalRef = new string('~', Text.MaxExternalRefLength),
                CustomerNumber = new string('~', Text.MaxCustomerNumberLength),
                Contact = new ContactDetails(
                    new string('摄', Text.MaxAddressLength),
                    "AT",
                    new string('摄', Text.MaxDisplayNameLength),
                    $"{new string('a', 64)}@{string.Join('.', Enumerable.Repeat(new string('b', 62), 3))}",
                    new string('0', Text.MaxPhoneNumberLength)),
            },
            Samples.Now);
        await database.Writer.AddAsync(account, ExternalRefEntry.For(account)!);
        await using var db = database.CreateContext();

        Assert.Equivalent(account, await db.Accounts.SingleAsync(), strict: true);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Reads_without_tracking_unless_a_writer_asked(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await database.Writer.AddLicenseAsync();

        var tracked = await database.Writer.RunAsync(
            async (db, token) =>
            {
                await db.Licenses.SingleAsync(token);
                return db.ChangeTracker.Entries().Count();
            },
            CancellationToken.None);
        await using var db = database.CreateContext();
        await db.Licenses.SingleAsync();

        Assert.Equal(1, tracked);
        Assert.Empty(db.ChangeTracker.Entries());
    }
}
