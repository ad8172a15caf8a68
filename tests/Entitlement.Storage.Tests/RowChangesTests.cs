using Entitlement.Domain.Activations;
using Entitlement.Domain.Audit;
using Entitlement.Domain.Licenses;
using Entitlement.Storage.Writing;
using Entitlement.Testing;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage.Tests;

/// <summary>What is written without the change tracker is what the model reads.</summary>
public class RowChangesTests
{
    public static IEnumerable<object[]> All => Databases.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Writes_every_column_of_a_new_row_as_the_model_reads_it(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var (license, activation) = await ActivateAsync(database);
        var (trial, mark) = Samples.Try(license, "press");
        object[] rows =
        [
            activation,
            trial,
            mark,
            ActivationDevice.Create(activation, new Device("camera", "Kamera ö ", "M 3")),
            ActivationDevice.Create(activation, new Device("camera", "kamera", null)),
            IssuedFile.Create(activation, Guid.CreateVersion7(), "kid", [1, 2, 255]),
            AnsweredRequest.Create(activation, Guid.NewGuid(), Samples.Thumbprint(7)),
            AuditRecord.Create(license.AccountId, "operator", "test", "x", Samples.Now, """{"a":"ö"}"""),
        ];

        await SaveAsync(database, changes => changes.InsertRange(rows));

        foreach (var row in rows)
        {
            Assert.Equal(Values(database, row), Values(database, (await FindAsync(database, row))!));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Changes_and_removes_the_row_with_the_key_and_no_other(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var (_, activation) = await ActivateAsync(database);
        var devices = "abc".Select(id => ActivationDevice.Create(activation, new Device("camera", $"{id}", "old"))).ToList();
        await SaveAsync(database, changes => changes.InsertRange(devices));

        await SaveAsync(database, changes =>
        {
            changes.UpdateRange([ActivationDevice.Create(activation, new Device("camera", "b", "new"))]);
            changes.DeleteRange([devices[2]]);
        });

        await using var db = database.CreateContext();
        var left = await db.ActivationDevices.OrderBy(device => device.DeviceId).ToListAsync();
        Assert.Equal([("a", "old"), ("b", "new")], left.Select(device => (device.DeviceId, device.Model)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Changes_a_row_only_when_its_version_is_the_one_that_was_read(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var (license, activation) = await ActivateAsync(database);
        await SaveAsync(database, changes => changes.Insert(activation));
        var next = Reissue(license, activation);

        await SaveAsync(database, changes => changes.Update(next, versionRead: 1));
        await Assert.ThrowsAsync<StaleReadException>(
            () => SaveAsync(database, changes => changes.Update(Reissue(license, next), versionRead: 1)));

        await using var db = database.CreateContext();
        Assert.Equal(2, (await db.Activations.SingleAsync()).Generation);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Tells_who_wrote_the_same_key_second_that_another_came_first(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var (license, activation) = await ActivateAsync(database);
        var twin = Samples.Activate(license, Samples.Machine(1));
        await SaveAsync(database, changes => changes.Insert(activation));

        await Assert.ThrowsAsync<StaleReadException>(() => SaveAsync(database, changes => changes.Insert(twin)));

        await using var db = database.CreateContext();
        Assert.Equal(activation.Id, (await db.Activations.SingleAsync()).Id);
    }

    private static async Task<(License License, Activation Activation)> ActivateAsync(TestDatabase database)
    {
        var license = await database.Writer.AddLicenseAsync();
        return (license, Samples.Activate(license, Samples.Machine(1)));
    }

    private static Activation Reissue(License license, Activation standing) => ActivationPlan
        .Make(license, [], standing, standingDevices: [], Samples.Machine(1))
        .Carry(TimeSpan.FromDays(30), Samples.Now);

    private static async Task SaveAsync(TestDatabase database, Action<RowChanges> stage)
    {
        var changes = new RowChanges();
        stage(changes);
        await database.Writer.RunOnceAsync(
            async (db, token) =>
            {
                await database.Engine.SaveAsync(db, changes, token);
                return true;
            },
            CancellationToken.None);
    }

    private static async Task<object?> FindAsync(TestDatabase database, object row)
    {
        await using var db = database.CreateContext();
        var key = db.Model.FindEntityType(row.GetType())!.FindPrimaryKey()!.Properties;
        return await db.FindAsync(row.GetType(), [.. key.Select(property => property.GetGetter().GetClrValue(row))]);
    }

    private static List<object?> Values(TestDatabase database, object row)
    {
        using var db = database.CreateContext();
        return [.. db.Model.FindEntityType(row.GetType())!.GetProperties()
            .Select(property => property.GetGetter().GetClrValue(row))];
    }
}
