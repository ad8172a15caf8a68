using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Server.Tests.Activations;

public class ReadingTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task An_activation_reads_as_it_was_answered(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, license =>
            license.Features.Add(new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = 2 }));
        using var product = new InstalledProduct();
        var request = product.Ask(story.License.Slc) with { Devices = [new("b", "camera", "C9"), new("a", "camera")] };
        var answer = await story.ActivateAsync(product.Sign(request));

        var read = await Client(story).GetActivationAsync(new GetActivationRequest { Name = answer.Activation.Name });

        Assert.Equal(answer.Activation, read.Activation);
        Assert.Equal(["a", "b"], read.Activation.Devices.Select(device => device.Id));
        Assert.Equal(["board", "os"], read.Activation.ComponentKinds);
        Assert.Equal(product.PublicKey.Thumbprint, read.Activation.InstanceThumbprint);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task An_activation_of_another_license_is_not_found_under_this_one(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database);
        var other = await story.Host.CreateLicenseAsync();
        using var product = new InstalledProduct();
        var answer = await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc)));
        var id = answer.Activation.Name.Split('/')[^1];

        var refusal = await Assert.ThrowsAsync<RpcException>(() => Client(story)
            .GetActivationAsync(new GetActivationRequest { Name = $"{other.Name}/activations/{id}" }).ResponseAsync);

        Assert.Equal("NOT_FOUND", refusal.Reason());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Pages_show_every_activation_once_oldest_first_and_without_devices(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, license => license.MachineLimit = 5);
        var names = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            using var product = new InstalledProduct();
            names.Add((await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc)))).Activation.Name);
        }

        var seen = new List<Activation>();
        var request = new ListActivationsRequest { Parent = story.License.Name, PageSize = 2 };
        do
        {
            var page = await Client(story).ListActivationsAsync(request);
            Assert.InRange(page.Activations.Count, 1, 2);
            seen.AddRange(page.Activations);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(names, seen.Select(activation => activation.Name));
        Assert.All(seen, activation => Assert.Empty(activation.Devices));
    }

    [Theory]
    [InlineData("", 0, "", "parent")]
    [InlineData(null, -1, "", "page_size")]
    [InlineData(null, 1001, "", "page_size")]
    [InlineData(null, 0, "garbage", "page_token")]
    public async Task A_wrong_list_request_is_refused_and_names_the_field(string? parent, int size, string token, string field)
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite);

        var refusal = await Assert.ThrowsAsync<RpcException>(() => Client(story).ListActivationsAsync(
            new ListActivationsRequest { Parent = parent ?? story.License.Name, PageSize = size, PageToken = token }).ResponseAsync);

        Assert.Equal("INVALID_ARGUMENT", refusal.Reason());
        Assert.Equal(field, refusal.Info().Metadata["field"]);
    }

    [Fact]
    public async Task A_product_can_read_no_activation()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite);
        var products = new ActivationService.ActivationServiceClient(story.Host.Anonymous);

        var refusal = await Assert.ThrowsAsync<RpcException>(() =>
            products.ListActivationsAsync(new ListActivationsRequest { Parent = story.License.Name }).ResponseAsync);

        Assert.Equal("UNAUTHENTICATED", refusal.Reason());
    }

    private static ActivationService.ActivationServiceClient Client(ActivationStory story) => new(story.Host.Administrator);
}
