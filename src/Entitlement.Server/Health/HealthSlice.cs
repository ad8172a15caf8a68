using Entitlement.Server.Hosting;

namespace Entitlement.Server.Health;

/// <summary>Health: the state, what finds it out and what tells it.</summary>
internal static class HealthSlice
{
    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddSingleton<ServingState>();
        services.AddSingleton<HealthWatchers>();
        services.AddHostedService<StorageProbe>();
        services.AddServedStandard<HealthService>(
            () => Grpc.Health.V1.Health.Descriptor, Listener.Grpc | Listener.Health, _ => true);
        return services;
    }
}
