using System.Text.Json;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Product = Entitlement.Domain.Products.Product;

namespace Entitlement.Server.Products;

internal sealed class ProductService(EntitlementDbContext db, OnceWriter writer, AccessDecider access) : V1.ProductService.ProductServiceBase
{
    public override async Task<CreateProductResponse> CreateProduct(CreateProductRequest request, ServerCallContext context)
    {
        var wanted = request.Product ?? throw Refusal.InvalidArgument("product", "is required");
        var outcome = await writer.RunAsync(
            context, request, request.RequestId, (change, token) => DefineAsync(change, wanted, token));

        var name = ProductName.Parse(outcome.Resource, "name");
        return new CreateProductResponse { Product = await LoadAsync(name, context.CancellationToken) };
    }

    public override async Task<GetProductResponse> GetProduct(GetProductRequest request, ServerCallContext context)
    {
        var name = ProductName.Parse(request.Name, "name");
        return new GetProductResponse { Product = await LoadAsync(name, context.CancellationToken) };
    }

    public override async Task<ListProductsResponse> ListProducts(ListProductsRequest request, ServerCallContext context)
    {
        var page = PageRequest.Parse(request.PageSize, request.PageToken, "products");
        var reach = await access.ReachAsync(context.GetCaller(), Permission.ProductRead, context.CancellationToken);
        var rows = await db.ReachedProducts(reach)
            .Where(product => product.Id > page.After)
            .OrderBy(product => product.Id)
            .Take(page.Probe)
            .ToListAsync(context.CancellationToken);
        var (products, next) = page.Cut(rows, product => product.Id);
        return new ListProductsResponse { Products = { products.Select(product => product.ToMessage()) }, NextPageToken = next };
    }

    private static async Task<Outcome> DefineAsync(Change change, V1.Product wanted, CancellationToken cancellationToken)
    {
        var product = Product.Define(wanted.Code, wanted.DisplayName, change.Now);

        // Whoever takes the code between this look and the commit is stopped by its unique index, and found here then.
        if (await change.Db.Products.AnyAsync(other => other.Code == product.Code, cancellationToken))
        {
            throw Refusal.ProductCodeTaken(product.Code);
        }

        change.Db.Products.Add(product);
        change.Audit(
            account: null,
            "product.create",
            $"{product.Name}",
            JsonSerializer.Serialize(new ProductCreated(product.Code), ProductJson.Default.ProductCreated));
        return new Outcome($"{product.Name}", Existed: false);
    }

    private async Task<V1.Product> LoadAsync(ProductName name, CancellationToken cancellationToken)
    {
        var product = await db.Products.SingleOrDefaultAsync(product => product.Id == name.ProductId, cancellationToken)
            ?? throw Refusal.NotFound($"{name}");
        return product.ToMessage();
    }
}
