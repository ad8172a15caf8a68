using Entitlement.Server.Hosting;

namespace Entitlement.Server.ServiceAccounts;

/// <summary>Portals and scripts, and their API keys.</summary>
internal static class ServiceAccountSlice
{
    public static IServiceCollection AddServiceAccounts(this IServiceCollection services) =>
        services.AddSingleton<KeyGuard>().AddServed<ServiceAccountService>(() => V1.ServiceAccountService.Descriptor);
}
