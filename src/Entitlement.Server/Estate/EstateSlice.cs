using Entitlement.Server.Hosting;

namespace Entitlement.Server.Estate;

/// <summary>Moving in from another system, and out.</summary>
internal static class EstateSlice
{
    public static IServiceCollection AddEstate(this IServiceCollection services)
    {
        services.AddSingleton<EstateImport>();
        services.AddScoped<EstateExport>();
        services.AddServed<EstateService>(() => V1.EstateService.Descriptor);
        return services;
    }
}
