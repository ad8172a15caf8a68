using Entitlement.Server.Access.Cache;
using Entitlement.Server.Access.Cache.Shared;
using Entitlement.Server.Hosting;

namespace Entitlement.Server.Access;

/// <summary>What guards every call.</summary>
internal static class AccessServices
{
    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.AddSingleton(provider => provider.GetRequiredService<ServedServices>().ReadAccess());
        services.AddSingleton<IAccessSource, DatabaseSource>();
        services.AddSingleton<AccessViews>();
        services.AddSingleton<AccessMetrics>();
        services.AddSingleton<ProcessCache>();
        services.AddSingleton<SnapshotLoads>();
        services.AddSingleton<AccessCache>();
        services.AddSingleton<AccessCanary>();
        services.AddHostedService(provider => provider.GetRequiredService<AccessCanary>());
        services.AddHostedService<ViewKeeping>();
        services.AddHostedService<AccessLogSweep>();
        services.AddSingleton<CallerQuestions>();
        services.AddSingleton<AccessReader>();
        services.AddSingleton<AccessContactReader>();
        services.AddSingleton<AccessDecider>();
        services.AddSingleton<AccessInterceptor>();
        services.AddSingleton<CallerResolver>();
        services.AddSingleton<ServiceAccountKeys>();
        services.AddSingleton<AdministratorCommand>();
        services.AddSingleton<BootstrapKey>();
        services.AddSingleton<BootstrapStart>();
        services.AddHostedService<SupervisionWatch>();
        services.AddShared();
        return services;
    }
}
