using Entitlement.Storage.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Storage;

/// <summary>What every provider registers.</summary>
public static class StorageServices
{
    /// <summary>
    /// Registers the context (by <see cref="IDbContextFactory{TContext}"/>, and one for each scope; both from one
    /// pool), the <see cref="Writer"/>, the <see cref="StorageSetup"/> and the engine.
    /// </summary>
    public static IServiceCollection AddEntitlementStorage<TEngine>(
        this IServiceCollection services,
        Func<IServiceProvider, TEngine> engine,
        Action<DbContextOptionsBuilder> configure)
        where TEngine : StorageEngine
    {
        services.AddSingleton<IDbContextFactory<EntitlementDbContext>>(provider => new ContextPool(provider, configure));
        services.AddScoped(provider =>
            provider.GetRequiredService<IDbContextFactory<EntitlementDbContext>>().CreateDbContext());
        services.AddSingleton<StorageEngine>(engine);
        services.AddSingleton<Writer>();
        services.AddSingleton<StorageSetup>();
        return services;
    }
}
