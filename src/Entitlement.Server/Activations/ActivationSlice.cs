using Entitlement.Server.Hosting;

namespace Entitlement.Server.Activations;

internal static class ActivationSlice
{
    public static IServiceCollection AddActivations(this IServiceCollection services)
    {
        services.AddSingleton<LicenseFileIssuer>();
        services.AddSingleton<ActivationWriter>();
        services.AddSingleton<StatusReporting>();
        services.AddSingleton<RequestParking>();
        services.AddServed<ActivationService>(() => V1.ActivationService.Descriptor);
        return services;
    }
}
