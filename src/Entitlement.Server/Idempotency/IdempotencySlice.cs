namespace Entitlement.Server.Idempotency;

/// <summary>Calls that take effect once, however often they are sent.</summary>
internal static class IdempotencySlice
{
    public static IServiceCollection AddIdempotency(this IServiceCollection services)
    {
        services.AddSingleton<OnceWriter>();
        services.AddHostedService<IdempotencySweep>();
        return services;
    }
}
