namespace Entitlement.Server.Access.Cache.Shared;

/// <summary>What servers share through Redis.</summary>
internal static class SharedServices
{
    public static IServiceCollection AddShared(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<SharedMetrics>();
        services.AddSingleton<CacheKeys>();
        services.AddSingleton<RedisLink>();
        services.AddSingleton<SharedValues>();
        services.AddSingleton<ISharedSnapshots, SharedSnapshots>();
        services.AddHostedService(provider => provider.GetRequiredService<RedisLink>());
        return services;
    }
}
