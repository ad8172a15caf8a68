using System.Data.Common;
using Entitlement.Domain.Accounts;
using Entitlement.Domain.Activations;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Products;
using Entitlement.Storage.Directories;
using Entitlement.Testing;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage.Tests;

/// <summary>The second line of defence: what the database refuses, whatever is asked of it.</summary>
public class ConstraintTests
{
    private static readonly string[] Updates =
    [
        """UPDATE "Licenses" SET "MachinesHeld" = "MachineLimit" + 1""",
        """UPDATE "Licenses" SET "MachineOverage" = 2, "MachinesHeld" = "MachineLimit" + 3""",
        """UPDATE "Licenses" SET "MachinesHeld" = -1""",
        """UPDATE "FeatureLines" SET "Held" = "Quantity" + 1""",
        """UPDATE "FeatureLines" SET "Overage" = 2, "Held" = "Quantity" + 3""",
        """UPDATE "FeatureLines" SET "Held" = -1""",
        """UPDATE "Activations" SET "Generation" = -1, "SeatGeneration" = -1""",
        """UPDATE "Activations" SET "Generation" = 0""",
        """UPDATE "Activations" SET "SeatGeneration" = 0""",
    ];

    public static IEnumerable<object[]> All => Databases.All;

    public static IEnumerable<object[]> Oversold =>
        from database in Databases.All
        from update in Updates
        select new[] { database[0], update };

    [Theory]
    [MemberData(nameof(Oversold))]
    public async Task Refuses_a_count_outside_its_limits(DatabaseKind kind, string update)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var license = await database.Writer.AddLicenseAsync(1, new FeatureTerms("camera", FeatureCount.Device, 1));
        await database.Writer.AddAsync(Samples.Activate(license, Samples.Machine(1)));

        var refusal = await Assert.ThrowsAnyAsync<DbException>(() => database.ExecuteAsync(update));

        Assert.Equal(StorageFault.ConstraintViolation, database.Engine.Classify(refusal));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Refuses_a_second_trial_by_a_mark_that_leads_to_one(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var license = await database.Writer.AddLicenseAsync();
        var (_, mark) = Samples.Try(license, "board-1");
        var (_, twin) = Samples.Try(license, "board-1");
        await database.Writer.AddAsync(mark, Samples.Try(license, "board-2").Mark);

        await Assert.ThrowsAsync<StaleReadException>(() => database.Writer.RunOnceAsync(
            (db, _) =>
            {
                db.Add(twin);
                return Task.FromResult(true);
            },
            CancellationToken.None));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Refuses_a_license_of_no_account(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var product = Product.Define("acme-cad", "CAD", Samples.Now);
        var (license, _) = License.Create(new(Guid.CreateVersion7()), product.Name, new LicenseTerms(), Samples.Now);

        var refusal = await Assert.ThrowsAsync<DbUpdateException>(() => database.Writer.AddAsync(product, license));

        Assert.Equal(StorageFault.ConstraintViolation, database.Engine.Classify(refusal));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Refuses_a_second_activation_of_one_key_on_one_license(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var license = await database.Writer.AddLicenseAsync(2);
        await database.Writer.AddAsync(Samples.Activate(license, Samples.Machine(1)));

        var second = Samples.Activate(license, Samples.Machine(1));

        await RequireUniqueViolationAsync(database, second);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Refuses_a_product_code_that_is_taken(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await database.Writer.AddAsync(Product.Define("acme-cad", "CAD", Samples.Now));

        await RequireUniqueViolationAsync(database, Product.Define("acme-cad", "Another", Samples.Now));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Refuses_an_external_reference_that_is_taken(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await database.Writer.AddAsync(ExternalRefEntry.For(Account.Open(new NewAccount { DisplayName = "Acme", ExternalRef = "SO-1" }, Samples.Now))!);

        await RequireUniqueViolationAsync(database, ExternalRefEntry.For(Account.Open(new NewAccount { DisplayName = "Other", ExternalRef = "SO-1" }, Samples.Now))!);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Refuses_a_request_that_is_answered_already(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var license = await database.Writer.AddLicenseAsync();
        var activation = Samples.Activate(license, Samples.Machine(1));
        var jti = Guid.NewGuid();
        await database.Writer.AddAsync(AnsweredRequest.Create(activation, jti, Samples.Thumbprint(7)));

        await RequireUniqueViolationAsync(database, AnsweredRequest.Create(activation, jti, Samples.Thumbprint(8)));
    }

    private static async Task RequireUniqueViolationAsync(TestDatabase database, object row)
    {
        await using var db = database.CreateContext();
        db.Add(row);

        var refusal = await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync());

        Assert.Equal(StorageFault.UniqueViolation, database.Engine.Classify(refusal));
    }
}
