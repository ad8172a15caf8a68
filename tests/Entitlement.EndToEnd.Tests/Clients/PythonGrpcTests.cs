using System.Text.Json.Nodes;
using Entitlement.EndToEnd.Tests.Machinery;

namespace Entitlement.EndToEnd.Tests.Clients;

/// <summary>An independent implementation of gRPC (grpcio) talks to the service and understands all that it says.</summary>
public sealed class PythonGrpcTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private readonly Service _service = fixture.Service;

    [Fact]
    public async Task Makes_reads_and_lists_through_the_contract()
    {
        var seen = await RunAsync("estate");

        Assert.Equal("py-cad", (string?)seen["product_code"]);
        Assert.Equal("Kunde Ä", (string?)seen["display_name"]);
        Assert.EndsWith((string)seen["ending"]!, (string)seen["slc"]!, StringComparison.Ordinal);
        Assert.True((bool)seen["listed"]!);
    }

    [Fact]
    public async Task Reads_the_details_of_every_refusal()
    {
        var seen = await RunAsync("refusals");

        AssertRefusal(seen["missing"]!, "NOT_FOUND", "NOT_FOUND");
        AssertRefusal(seen["invalid"]!, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
        Assert.Equal("product.code", (string?)Detail(seen["invalid"]!, "google.rpc.BadRequest")["field_violations"]![0]!["field"]);
        AssertRefusal(seen["anonymous"]!, "UNAUTHENTICATED", "UNAUTHENTICATED");
        AssertRefusal(seen["wrong_key"]!, "UNAUTHENTICATED", "UNAUTHENTICATED");
        AssertRefusal(seen["file"]!, "INVALID_ARGUMENT", "LICENSE_REQUEST_INVALID");
    }

    [Fact]
    public async Task Gives_up_at_its_deadline() =>
        Assert.Equal("DEADLINE_EXCEEDED", (string?)(await RunAsync("refusals"))["deadline"]!["code"]);

    [Fact]
    public async Task Asks_health_and_reflection_as_tools_do()
    {
        const int Serving = 1;
        var seen = await RunAsync("standards");

        Assert.Equal(Serving, (int)seen["check"]!);
        Assert.Equal(Serving, (int)seen["watch"]!);
        Assert.All(["v1", "v1alpha"], version =>
        {
            var services = seen[version]!["services"]!.AsArray().Select(name => (string)name!).ToList();
            Assert.Contains("entitlement.v1.ActivationService", services);
            Assert.Contains("grpc.health.v1.Health", services);
            Assert.True((int)seen[version]!["files"]! > 0);
        });
    }

    private static void AssertRefusal(JsonNode seen, string code, string reason)
    {
        Assert.Equal(code, (string?)seen["code"]);
        Assert.NotEmpty((string)seen["message"]!);
        var info = Detail(seen, "google.rpc.ErrorInfo");
        Assert.Equal(reason, (string?)info["reason"]);
        Assert.Equal("entitlement.v1", (string?)info["domain"]);
        Assert.NotEmpty(Detail(seen, "google.rpc.Help")["links"]!.AsArray());
    }

    private static JsonNode Detail(JsonNode seen, string type) =>
        seen["details"]![type] ?? throw new Xunit.Sdk.XunitException($"There is no {type} in {seen}.");

    private async Task<JsonNode> RunAsync(string scenario)
    {
        using var folder = new TemporaryFolder();
        var descriptors = folder.File("contract.binpb");
        (await Command.RunAsync(Repository.At("tools/buf/buf"), "build", "protos", "--as-file-descriptor-set", "-o", descriptors)).Succeeded();
        var finished = await Command.RunAsync(
            "/usr/bin/python3", Repository.Client("entitlement_grpc.py"), descriptors, _service.Address.Authority, _service.KeyFile, scenario);
        return finished.Succeeded().Json;
    }
}
