using Entitlement.Domain.Activations;
using Entitlement.Domain.Licenses;
using Entitlement.Storage.Queries;
using Entitlement.Testing;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage.Tests;

public class ActivationQueriesTests
{
    public static IEnumerable<object[]> All => Databases.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Finds_a_license_with_its_product_and_features_by_its_code(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await database.Writer.AddLicenseAsync(3, new FeatureTerms("other", FeatureCount.License, 1));
        var license = await database.Writer.AddLicenseAsync(
            2, new FeatureTerms("b", FeatureCount.Device, 2), new FeatureTerms("B", FeatureCount.License, 1));
        await using var db = database.CreateContext();

        var found = await db.FindLicenseAsync(license.Slc, CancellationToken.None);
        var features = await db.ListFeaturesAsync(license.AccountId, license.Id, CancellationToken.None);

        Assert.NotNull(found);
        Assert.Equivalent(license, found.License, strict: true);
        Assert.Equal(
            (await db.Products.SingleAsync(product => product.Id == license.ProductId)).Code, found.ProductCode);
        Assert.Equal(["B", "b"], features.Select(line => line.Code));
        Assert.Empty(db.ChangeTracker.Entries());
        Assert.Null(await db.FindLicenseAsync(Slc.Random(), CancellationToken.None));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Finds_the_activation_of_a_key_and_its_devices_in_their_order(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var license = await database.Writer.AddLicenseAsync(2);
        var (activation, other) =
            (Samples.Activate(license, Samples.Machine(1)), Samples.Activate(license, Samples.Machine(2)));
        await database.Writer.AddAsync(
            activation,
            other,
            ActivationDevice.Create(activation, new Device("camera", "2", "C2")),
            ActivationDevice.Create(activation, new Device("camera", "1", null)),
            ActivationDevice.Create(other, new Device("camera", "3", null)));
        await using var db = database.CreateContext();

        var found =
            await db.FindActivationAsync(license.AccountId, license.Id, Samples.Thumbprint(1), CancellationToken.None);
        var devices = await db.ListDevicesAsync(license.AccountId, activation.Id, CancellationToken.None);

        Assert.Equivalent(activation, found, strict: true);
        Assert.Empty(db.ChangeTracker.Entries());
        Assert.Equal([("1", null), ("2", "C2")], devices.Select(device => (device.DeviceId, device.Model)));
        Assert.Null(
            await db.FindActivationAsync(Guid.NewGuid(), license.Id, Samples.Thumbprint(1), CancellationToken.None));
        Assert.Null(
            await db.FindActivationAsync(license.AccountId, license.Id, Samples.Thumbprint(3), CancellationToken.None));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Finds_an_answered_request_and_the_very_bytes_of_its_file(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var license = await database.Writer.AddLicenseAsync();
        var activation = Samples.Activate(license, Samples.Machine(1));
        var (jti, fileId) = (Guid.NewGuid(), Guid.NewGuid());
        byte[] content = [.. Enumerable.Range(0, 100_000).Select(number => (byte)number)];
        await database.Writer.AddAsync(
            activation,
            AnsweredRequest.Create(activation, jti, Samples.Thumbprint(9)),
            IssuedFile.Create(activation, fileId, "key-1", content));
        await using var db = database.CreateContext();

        var answered = await db.FindAnsweredRequestAsync(Samples.Thumbprint(1), jti, CancellationToken.None);
        var file = await db.FindIssuedFileAsync(license.AccountId, activation.Id, 1, CancellationToken.None);

        Assert.Equal((activation.Id, 1), (answered!.ActivationId, answered.Generation));
        Assert.Equal(Samples.Thumbprint(9), answered.ContentHash);
        Assert.Equal((fileId, "key-1"), (file!.FileId, file.KeyId));
        Assert.Equal(content, file.Content);
        Assert.Null(await db.FindAnsweredRequestAsync(Samples.Thumbprint(2), jti, CancellationToken.None));
        Assert.Null(await db.FindIssuedFileAsync(license.AccountId, activation.Id, 2, CancellationToken.None));
    }
}
