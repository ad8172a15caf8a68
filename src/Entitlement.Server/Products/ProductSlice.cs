using Entitlement.Server.Hosting;

namespace Entitlement.Server.Products;

/// <summary>The products that licenses are sold for.</summary>
internal static class ProductSlice
{
    public static IServiceCollection AddProducts(this IServiceCollection services) =>
        services.AddServed<ProductService>(() => V1.ProductService.Descriptor);
}
