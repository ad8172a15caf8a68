using Entitlement.Server.Hosting;

namespace Entitlement.Server.Licenses;

/// <summary>The licenses of accounts.</summary>
internal static class LicenseSlice
{
    public static IServiceCollection AddLicenses(this IServiceCollection services)
    {
        services.AddScoped<LicenseReader>();
        services.AddServed<LicenseService>(() => V1.LicenseService.Descriptor);
        return services;
    }
}
