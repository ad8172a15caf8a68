using Entitlement.Client.Audit;
using Entitlement.Testing;

namespace Entitlement.Server.Tests.Audit;

/// <summary>No license file without its record, also where the record went before it was sealed.</summary>
public class GenerationTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Names_the_generation_whose_record_was_removed_before_it_was_sealed(DatabaseKind database)
    {
        await using var trail = await Trail.BeginAsync(database);
        var license = await trail.Host.CreateLicenseAsync();
        using var product = new InstalledProduct();
        var activation = (await trail.ActivateAsync(license, product)).Activation.Name;
        await trail.ActivateAsync(license, product);
        await trail.ActivateAsync(license, product);
        var records = (await trail.Records.ReadAsync()).Where(record => (string)record["Resource"] == activation).ToList();
        foreach (var (i, record) in records.OrderBy(record => (string)record["Details"], StringComparer.Ordinal).Index())
        {
            await trail.Records.DeleteAsync(record);
            var before = await trail.VerifyAsync();
            await trail.Records.InsertAsync(record);

            Assert.Equal(
                [new AuditFinding(
                    AuditFault.GenerationUnrecorded, activation, $"Generation {i + 1} of {activation} was issued and has no record.")],
                before.Findings);
        }

        await trail.SealAsync();
        Assert.Equal(3, records.Count);
        Assert.True((await trail.VerifyAsync()).IsWhole);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Takes_the_gap_that_a_restored_database_leaves_for_what_it_is(DatabaseKind database)
    {
        await using var trail = await Trail.BeginAsync(database);
        var license = await trail.Host.CreateLicenseAsync();
        using var product = new InstalledProduct();
        await trail.ActivateAsync(license, product);
        await trail.ActivateAsync(license, product, generation: 17);
        await trail.SealAsync();

        var report = await trail.VerifyAsync();

        Assert.Empty(report.Findings);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Finds_the_records_of_every_activation_over_many_pages(DatabaseKind database)
    {
        await using var trail = await Trail.BeginAsync(database);
        for (var i = 0; i < 3; i++)
        {
            var license = await trail.Host.CreateLicenseAsync(license => license.MachineLimit = 2);
            for (var machine = 0; machine < 2; machine++)
            {
                using var product = new InstalledProduct();
                await trail.ActivateAsync(license, product);
            }
        }

        var listed = new List<V1.IssuedGeneration>();
        var request = new V1.ListIssuedGenerationsRequest { PageSize = 1 };
        do
        {
            var page = await trail.Service.ListIssuedGenerationsAsync(request);
            listed.AddRange(page.Generations);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(6, listed.DistinctBy(issued => issued.Activation).Count());
        Assert.All(listed, issued => Assert.Equal(1, issued.Generation));
        Assert.Equal(6, (await trail.VerifyAsync()).Activations);
    }
}
