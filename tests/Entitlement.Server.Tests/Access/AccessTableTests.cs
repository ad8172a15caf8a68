using Entitlement.Server.Access;
using Entitlement.Server.Hosting;
using Entitlement.Testing;
using Entitlement.Testing.V1;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Server.Tests.Access;

public class AccessTableTests
{
    [Fact]
    public async Task Matches_the_reviewed_policy()
    {
        await using var app = Composition.Build(["--Storage:DataDirectory=/nowhere"]);
        var table = app.Services.GetRequiredService<AccessTable>();

        var rows = table.Methods.OrderBy(row => row.Key, StringComparer.Ordinal).Select(row => string.Join(
            ' ', row.Key, row.Value.Permission, row.Value.Resource?.Name ?? "-", row.Value switch
            {
                { OpenToProducts: true } => "open_to_products",
                { Filtered: true } => "filtered",
                _ => "-",
            }));

        Golden.Matches("access-table.txt", rows);
    }

    [Fact]
    public async Task Holds_every_method_that_is_mapped()
    {
        await using var host = await EntitlementHost.StartAsync();
        var mapped = host.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.FullName)
            .OfType<string>()
            .ToHashSet(StringComparer.Ordinal);

        var guarded = host.Services.GetRequiredService<AccessTable>().Methods.Keys;

        Assert.Equal(mapped.Order(StringComparer.Ordinal), guarded.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Undeclared", "/entitlement.testing.v1.Undeclared/Forgotten does not declare")]
    [InlineData("Unspecified", "/entitlement.testing.v1.Unspecified/Vague does not declare")]
    [InlineData("MissingField", "has no such string field")]
    [InlineData("WrongField", "has no such string field")]
    public void Refuses_a_method_without_a_possible_requirement(string service, string complaint)
    {
        var descriptor = ProbeReflection.Descriptor.Services.Single(one => one.Name == service);

        var refusal = Assert.Throws<InvalidOperationException>(() => AccessTable.Load([descriptor], []));

        Assert.Contains(complaint, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keeps_a_server_from_starting_that_serves_an_undeclared_method()
    {
        var settings = new HostSettings
        {
            Services = services => services.AddServed<UndeclaredService>(() => Undeclared.Descriptor),
        };

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => EntitlementHost.StartAsync(settings));

        Assert.Contains("Undeclared/Forgotten", refusal.Message, StringComparison.Ordinal);
    }

    private sealed class UndeclaredService : Undeclared.UndeclaredBase;
}
