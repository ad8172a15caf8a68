using Entitlement.EndToEnd.Tests.Machinery;
using Entitlement.Testing;

namespace Entitlement.EndToEnd.Tests.Crash;

/// <summary>A service that dies without a word loses nothing of what it answered, and sells no seat twice.</summary>
public sealed class KillTests
{
    private const int Seats = 100;
    private const int Machines = 500;

    private const string Refusal = "SEATS_EXHAUSTED";

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Sells_exactly_the_seats_that_are_there_and_answers_byte_for_byte_again_after_a_kill(DatabaseKind database)
    {
        await using var deployment = await Deployment.StartAsync(database, Repository.FaultProgram);
        var services = deployment.Services;
        var estate = await Estate.CreateAsync(services[0], "--machines", $"{Seats}");
        using var folder = new TemporaryFolder();
        var fleet = new Fleet(estate, Machines, folder.Path);

        var cutOff = await fleet.ActivateUntilDeathAsync(services);
        await services[0].WaitForEndAsync();
        await services[0].StartAsync();
        var again = await fleet.ActivateAsync(services, first: 1);
        var onceMore = await fleet.ActivateAsync(services, first: 0);

        Assert.Contains(cutOff, answer => answer is null);
        Assert.All(cutOff.Index().Where(known => known.Item is not null), known => Assert.Equal(known.Item, again[known.Index]));
        Assert.All(again, Assert.NotNull);
        Assert.Equal(Machines - Seats, again.Count(answer => answer == Refusal));
        Assert.Equal(Seats, again.Where(answer => answer != Refusal).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(again, onceMore);
        await AssertSeatsAsync(services[^1], estate);
    }

    private static async Task AssertSeatsAsync(Service service, Estate estate)
    {
        var license = (await service.EntitleAsync("license", "get", estate.License, "--json")).Succeeded().Json["license"]!;
        var activations = (await service.EntitleAsync("activation", "list", estate.License, "--field", "instance_thumbprint")).Succeeded()
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(Seats, (int)license["machinesHeld"]!);
        Assert.Equal(Seats, activations.Length);
        Assert.Equal(Seats, activations.Distinct(StringComparer.Ordinal).Count());
    }
}
