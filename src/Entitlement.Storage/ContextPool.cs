using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Entitlement.Storage;

/// <summary>The pool of contexts.</summary>
/// <remarks>
/// EF Core's own registration sets the pool up with the first service that might ask for a context, which is before the server
/// listens. This one waits for the first context: loading EF Core is a good part of a start, and a start needs none of it.
/// </remarks>
internal sealed class ContextPool(IServiceProvider services, Action<DbContextOptionsBuilder> configure)
    : IDbContextFactory<EntitlementDbContext>
{
    private readonly Lazy<PooledDbContextFactory<EntitlementDbContext>> _contexts = new(() => Make(services, configure));

    public EntitlementDbContext CreateDbContext() => _contexts.Value.CreateDbContext();

    private static PooledDbContextFactory<EntitlementDbContext> Make(
        IServiceProvider services, Action<DbContextOptionsBuilder> configure)
    {
        var options = new DbContextOptionsBuilder<EntitlementDbContext>()
            .UseApplicationServiceProvider(services)
            .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking);
        configure(options);
        return new PooledDbContextFactory<EntitlementDbContext>((DbContextOptions<EntitlementDbContext>)options.Options);
    }
}
