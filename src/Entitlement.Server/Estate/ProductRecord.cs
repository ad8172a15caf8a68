using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Idempotency;
using Entitlement.V1;
using Product = Entitlement.Domain.Products.Product;

namespace Entitlement.Server.Estate;

internal sealed class ProductRecord(EstateProduct wanted) : ImportRecord
{
    private readonly Origin _origin = OriginOf(
        wanted.Name.Length > 0 ? ProductName.Parse(wanted.Name, "product.name").ProductId : null,
        wanted.CreateTime,
        "product");

    public override async Task<Outcome> RunAsync(ImportStep step, CancellationToken cancellationToken)
    {
        var product = Product.Import(_origin.Require("product", step.Now), wanted.Code, wanted.DisplayName, step.Now);
        if (await FindAsync(step, cancellationToken) is { } existing)
        {
            RequireSame(existing);
            return new Outcome($"{existing.Name}", Existed: true);
        }

        step.Add(product);
        return new Outcome($"{product.Name}", Existed: false);
    }

    private async Task<Product?> FindAsync(ImportStep step, CancellationToken cancellationToken) =>
        _origin.Id is { } id && await step.FindProductAsync(new ProductName(id), cancellationToken) is { } named
            ? named
            : await step.FindProductAsync(wanted.Code, cancellationToken);

    private void RequireSame(Product existing)
    {
        var field = existing switch
        {
            _ when _origin.Id is { } id && id != existing.Id => "product.name",
            _ when existing.Code != wanted.Code => "product.code",
            _ when existing.DisplayName != wanted.DisplayName => "product.display_name",
            _ => null,
        };
        if (field is not null)
        {
            throw Refusal.RecordDiffers($"{existing.Name}", field);
        }
    }
}
