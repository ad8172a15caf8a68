using Entitlement.Domain.Licenses;
using Entitlement.Testing;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage.Tests;

public class SeatsTests
{
    private const int Takers = 64;

    private static readonly FeatureTerms Camera = new("camera", FeatureCount.Device, 10);

    public static IEnumerable<object[]> All => Databases.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Gives_exactly_as_many_machines_as_there_are_to_64_takers_at_once(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var license = await database.Writer.AddLicenseAsync(machineLimit: 13);

        var taken =
            await Task.WhenAll(Enumerable.Range(0, Takers).Select(_ => TakeAsync(database, license, Machines(1))));

        Assert.Equal(13, taken.Count(isTaken => isTaken));
        Assert.Equal(13, (await ReadAsync(database)).MachinesHeld);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Gives_exactly_the_quantity_of_a_feature_to_64_takers_at_once(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var license = await database.Writer.AddLicenseAsync(Takers, Camera);

        var taken = await Task.WhenAll(
            Enumerable.Range(0, Takers).Select(_ => TakeAsync(database, license, Machines(1), Cameras(3))));

        // Ten cameras are three times three; who got none got no machine either.
        Assert.Equal(3, taken.Count(isTaken => isTaken));
        Assert.Equal((3, 9), await ReadAsync(database));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Ends_as_it_began_when_as_much_is_given_back_as_is_taken(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var license = await database.Writer.AddLicenseAsync(Takers, Camera);
        Assert.True(await TakeAsync(database, license, Machines(32), Cameras(5)));

        await Task.WhenAll(Enumerable.Range(0, Takers).Select(number => number % 2 == 0
            ? TakeAsync(database, license, Machines(1), Cameras(0))
            : TakeAsync(database, license, Machines(-1), Cameras(0))));

        Assert.Equal((32, 5), await ReadAsync(database));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Takes_nothing_on_terms_that_no_longer_hold(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var license = await database.Writer.AddLicenseAsync(5, Camera);
        await database.Writer.RunAsync(
            async (db, token) => (await db.Licenses.SingleAsync(token)).Suspend(Samples.Now), CancellationToken.None);

        Assert.False(await TakeAsync(database, license, Machines(1), Cameras(1)));
        Assert.False(await TakeAsync(database, license, Machines(0)));
        Assert.Equal((0, 0), await ReadAsync(database));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Proves_the_terms_when_no_seat_moves(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var license = await database.Writer.AddLicenseAsync();
        Assert.True(await TakeAsync(database, license, Machines(1)));

        Assert.True(await TakeAsync(database, license));
        Assert.Equal((1, 0), await ReadAsync(database));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Gives_back_never_more_than_is_held(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var license = await database.Writer.AddLicenseAsync(5, Camera);
        Assert.True(await TakeAsync(database, license, Machines(2), Cameras(2)));

        Assert.False(await TakeAsync(database, license, Machines(-3)));
        Assert.False(await TakeAsync(database, license, Machines(0), Cameras(-3)));
        Assert.True(await TakeAsync(database, license, Machines(-2), Cameras(-2)));
        Assert.Equal((0, 0), await ReadAsync(database));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Leaves_the_license_of_another_account_alone(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var license = await database.Writer.AddLicenseAsync(5);
        var foreign = license.Name with { AccountId = Guid.CreateVersion7() };

        var isTaken = await database.Writer.RunAsync(
            (db, token) => Seats.TakeAsync(db, foreign, license.Terms, [Machines(1)], token), CancellationToken.None);

        Assert.False(isTaken);
        Assert.Equal((0, 0), await ReadAsync(database));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Takes_nothing_of_a_feature_that_the_license_lacks(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var license = await database.Writer.AddLicenseAsync(5, Camera);

        Assert.False(
            await TakeAsync(database, license, Machines(1), new SeatLine(SeatLine.Feature("CAMERA"), 10, 0, 1)));
        Assert.Equal((0, 0), await ReadAsync(database));
    }

    /// <summary>As an activation does: the last write, rolled back whole when it fails.</summary>
    private static async Task<bool> TakeAsync(TestDatabase database, License license, params SeatLine[] lines)
    {
        try
        {
            return await database.Writer.RunOnceAsync(
                async (db, token) => await Seats.TakeAsync(db, license.Name, license.Terms, lines, token)
                    ? true
                    : throw new StaleReadException("Too little is left, or the terms are others."),
                CancellationToken.None);
        }
        catch (StaleReadException)
        {
            return false;
        }
    }

    private static SeatLine Machines(int count) => new(SeatLine.Machines, 0, 0, count);

    private static SeatLine Cameras(int count) => new(SeatLine.Feature(Camera.Code), 0, 0, count);


    private static async Task<(int MachinesHeld, int CamerasHeld)> ReadAsync(TestDatabase database)
    {
        await using var db = database.CreateContext();
        return (
            await db.Licenses.Select(license => license.MachinesHeld).SingleAsync(),
            await db.FeatureLines.Select(line => line.Held).SingleOrDefaultAsync());
    }
}
