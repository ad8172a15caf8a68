using Entitlement.Storage.Idempotency;
using Entitlement.Testing;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage.Tests;

public class IdempotencyTests
{
    private const string Method = "/entitlement.v1.LicenseService/CreateLicense";

    private static readonly Guid RequestId = Guid.Parse("3f1c9a52-7d0c-4c8e-9d3c-2a5a6a1b0c11");

    public static IEnumerable<object[]> All => Databases.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Finds_what_the_same_caller_did_by_the_same_method(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await database.Writer.AddAsync(NewRecord("bootstrap", Samples.Now));

        Assert.Equal("licenses/bootstrap", (await FindAsync(database, "bootstrap", Method, RequestId))?.Resource);
        Assert.Null(await FindAsync(database, "Bootstrap", Method, RequestId));
        Assert.Null(await FindAsync(database, "bootstrap", Method + "s", RequestId));
        Assert.Null(await FindAsync(database, "bootstrap", Method, Guid.NewGuid()));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Takes_a_record_that_is_too_old_for_none_and_makes_room_for_its_successor(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await database.Writer.AddAsync(NewRecord("bootstrap", Samples.Now.AddMilliseconds(-1)));

        await database.Writer.RunAsync(
            async (db, token) =>
            {
                Assert.Null(await db.FindIdempotencyRecordAsync("bootstrap", Method, RequestId, Samples.Now, token));
                db.Add(NewRecord("bootstrap", Samples.Now));
                return true;
            },
            CancellationToken.None);

        Assert.NotNull(await FindAsync(database, "bootstrap", Method, RequestId));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Sweeps_what_is_too_old_and_nothing_else(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        double[] days = [-90, -60.5, -60, -2, -0.001, 0, 1];
        await database.Writer.AddAsync([.. days.Select(day => NewRecord($"{day}", Samples.Now.AddDays(day)))]);

        var sweeps = 0;
        while (await database.Writer.RunAsync(
            (db, token) => db.SweepIdempotencyRecordsAsync(Samples.Now, token), CancellationToken.None))
        {
            sweeps++;
        }

        await using var left = database.CreateContext();
        Assert.Equal(["0", "1"], (await left.IdempotencyRecords.Select(record => record.Caller).ToListAsync()).Order());

        // A day at a time, so that no sweep holds up the others for long.
        Assert.Equal(4, sweeps);
    }

    private static IdempotencyRecord NewRecord(string caller, DateTimeOffset at) =>
        IdempotencyRecord.Create(caller, Method, RequestId, Samples.Thumbprint(1), $"licenses/{caller}", at);

    private static Task<IdempotencyRecord?> FindAsync(
        TestDatabase database, string caller, string method, Guid requestId) => database.Writer.RunAsync(
            (db, token) => db.FindIdempotencyRecordAsync(caller, method, requestId, Samples.Now, token),
            CancellationToken.None);
}
