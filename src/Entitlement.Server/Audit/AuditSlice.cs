using Entitlement.Server.Hosting;

namespace Entitlement.Server.Audit;

/// <summary>The audit trail: sealed in the background, shown to whoever may read it.</summary>
internal static class AuditSlice
{
    public static IServiceCollection AddAudit(this IServiceCollection services)
    {
        services.AddSingleton<AuditKeys>();
        services.AddHostedService<AuditSealer>();
        services.AddScoped<AuditReader>();
        services.AddServed<AuditService>(() => V1.AuditService.Descriptor);
        return services;
    }
}
