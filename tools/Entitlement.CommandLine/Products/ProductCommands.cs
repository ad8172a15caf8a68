using System.CommandLine;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using Stub = Entitlement.V1.ProductService.ProductServiceClient;

namespace Entitlement.CommandLine.Products;

/// <summary><c>entitle product …</c></summary>
internal static class ProductCommands
{
    public static Command Create() => new("product", "Define the products that licenses are sold for")
    {
        CreateProduct(),
        ListProducts(),
        GetProduct(),
    };

    private static RpcCommand<CreateProductRequest, CreateProductResponse> CreateProduct()
    {
        var code = new Option<string>("--code")
        {
            Description = "What license requests and files call the product: 1 to 64 of a-z 0-9 . _ -",
            HelpName = "CODE",
            Required = true,
        };
        var name = new Option<string>("--name") { Description = "What people call it.", HelpName = "TEXT", Required = true };
        return new RpcCommand<CreateProductRequest, CreateProductResponse>(
            "create",
            "Define a product",
            Rpc(nameof(Stub.CreateProduct)),
            (parse, request) =>
            {
                request.Product = new Product { Code = parse.GetRequiredValue(code), DisplayName = parse.GetRequiredValue(name) };
                request.RequestId = RequestId.From(parse);
            })
        { code, name, RequestId.Option };
    }

    private static ListCommand<ListProductsRequest, ListProductsResponse> ListProducts() =>
        new("list", "List the products, oldest first", Rpc(nameof(Stub.ListProducts)), ["name", "code", "display_name", "create_time"]);

    private static RpcCommand<GetProductRequest, GetProductResponse> GetProduct()
    {
        var name = new Argument<string>("NAME") { Description = "products/ID, or the id alone." };
        return new RpcCommand<GetProductRequest, GetProductResponse>(
            "get",
            "Show a product",
            Rpc(nameof(Stub.GetProduct)),
            (parse, request) => request.Name = ResourceNames.Complete("products", parse.GetRequiredValue(name)))
        { name };
    }

    private static MethodDescriptor Rpc(string name) =>
        ProductService.Descriptor.FindMethodByName(name);
}
