using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Server.Tests.Products;

public class ProductTests
{
    private static readonly string Missing = $"products/{Guid.NewGuid()}";

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Shows_a_product_as_it_was_defined(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);

        var request = Define("acme-cad", "Acme CAD 4 – Zürich");
        request.Product.Name = Missing;
        var created = (await shop.Products.CreateProductAsync(request)).Product;

        Assert.Equal("acme-cad", created.Code);
        Assert.Equal("Acme CAD 4 – Zürich", created.DisplayName);
        Assert.NotEqual(Missing, created.Name);
        Assert.Equal(shop.Clock.GetUtcNow().ToUnixTimeMilliseconds(), created.CreateTime.ToDateTimeOffset().ToUnixTimeMilliseconds());
        Assert.Equal(created, (await shop.Products.GetProductAsync(new GetProductRequest { Name = created.Name })).Product);
        Assert.Equal([created], (await shop.Products.ListProductsAsync(new ListProductsRequest())).Products);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Refuses_a_code_that_another_product_has(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        await shop.NewProductAsync("acme-cad");

        var refusal = await Shop.RefusedAsync(shop.Products.CreateProductAsync(Define("acme-cad", "Another")));

        Assert.Equal(StatusCode.AlreadyExists, refusal.StatusCode);
        Assert.Equal("PRODUCT_CODE_TAKEN", refusal.Reason());
        Assert.Equal("acme-cad", refusal.Info().Metadata["code"]);
        Assert.Single((await shop.Products.ListProductsAsync(new ListProductsRequest())).Products);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Gives_a_code_to_one_of_many_that_want_it_at_once(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(async index =>
        {
            try
            {
                await shop.Products.CreateProductAsync(Define("acme-cad", $"Number {index}"));
                return "created";
            }
            catch (RpcException refusal)
            {
                return refusal.Reason();
            }
        }));

        Assert.Equal(["created", .. Enumerable.Repeat("PRODUCT_CODE_TAKEN", 15)], outcomes.OrderDescending(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Names_the_field_that_is_wrong_and_keeps_nothing(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        (string, string, Func<AsyncUnaryCall<CreateProductResponse>>) Case(string field, string title, CreateProductRequest request) =>
            (field, title, () => shop.Products.CreateProductAsync(request));

        await Shop.AllNameTheirFieldAsync(
            Case("product", "none", new CreateProductRequest()),
            Case("product.code", "empty", Define("", "Acme")),
            Case("product.code", "upper case", Define("Acme", "Acme")),
            Case("product.code", "begins with a dash", Define("-acme", "Acme")),
            Case("product.code", "65 characters", Define(new string('a', 65), "Acme")),
            Case("product.code", "not ASCII", Define("acmé", "Acme")),
            Case("product.display_name", "empty", Define("acme", "")),
            Case("product.display_name", "257 characters", Define("acme", new string('x', 257))),
            Case("product.display_name", "a line break", Define("acme", "Acme\nCAD")),
            Case("request_id", "no UUID", Define("acme", "Acme", "1")),
            Case("request_id", "a UUID in braces", Define("acme", "Acme", $"{Guid.NewGuid():B}")));

        Assert.Empty((await shop.Products.ListProductsAsync(new ListProductsRequest())).Products);
        Assert.Empty(await shop.AuditAsync());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Takes_texts_of_the_greatest_length(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);

        var request = Define(new string('a', 64), new string('ß', 256));
        var created = (await shop.Products.CreateProductAsync(request)).Product;

        Assert.Equal((request.Product.Code, request.Product.DisplayName), (created.Code, created.DisplayName));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Refuses_names_of_another_format(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var name = await shop.NewProductAsync();

        await Shop.AllNameTheirFieldAsync(new[] { "", "products/", "products/acme-cad", name.ToUpperInvariant(), $"{name}/", $"x{name}", $"accounts/{Guid.NewGuid()}" }
            .Select(text => ("name", text, (Func<AsyncUnaryCall<GetProductResponse>>)(() =>
                shop.Products.GetProductAsync(new GetProductRequest { Name = text })))));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Says_which_product_does_not_exist(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);

        var refusal = await Shop.RefusedAsync(shop.Products.GetProductAsync(new GetProductRequest { Name = Missing }));

        Assert.Equal(StatusCode.NotFound, refusal.StatusCode);
        Assert.Equal("NOT_FOUND", refusal.Reason());
        Assert.Equal(Missing, refusal.Info().Metadata["resource"]);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Records_who_defined_a_product(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);

        var name = await shop.NewProductAsync("acme-cad");

        var record = Assert.Single(await shop.AuditAsync());
        Assert.Equal((Guid.Empty, "product.create", name), (record.AccountId, record.Action, record.Resource));
        Assert.Matches("^(bootstrap|serviceAccounts/[0-9a-f-]{36})$", record.Actor);
        Assert.Equal("""{"code":"acme-cad"}""", record.Details);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Lists_the_oldest_first(DatabaseKind database)
    {
        await using var shop = await Shop.OpenAsync(database);
        var names = new List<string>();
        foreach (var code in new[] { "c", "a", "b" })
        {
            names.Add(await shop.NewProductAsync(code));
            shop.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        var first = await shop.Products.ListProductsAsync(new ListProductsRequest { PageSize = 2 });
        var second = await shop.Products.ListProductsAsync(new ListProductsRequest { PageSize = 2, PageToken = first.NextPageToken });

        Assert.Equal(names, first.Products.Concat(second.Products).Select(product => product.Name));
        Assert.Equal((2, 1, ""), (first.Products.Count, second.Products.Count, second.NextPageToken));
    }

    private static CreateProductRequest Define(string code, string displayName, string requestId = "") =>
        new() { Product = new Product { Code = code, DisplayName = displayName }, RequestId = requestId };
}
