using Entitlement.Server.Hosting;

namespace Entitlement.Server.Roles;

/// <summary>Roles, and who holds them.</summary>
internal static class RoleSlice
{
    public static IServiceCollection AddRoles(this IServiceCollection services)
    {
        services.AddSingleton<RoleGiver>();
        services.AddScoped<HolderReader>();
        services.AddScoped<ViewerReader>();
        services.AddServed<RoleService>(() => V1.RoleService.Descriptor);
        services.AddServed<RoleAssignmentService>(() => V1.RoleAssignmentService.Descriptor);
        return services;
    }
}
