using Entitlement.Server.Hosting;

namespace Entitlement.Server.Projects;

/// <summary>Planned moves of licenses to other hardware, as things that people can be given roles on.</summary>
internal static class ProjectSlice
{
    public static IServiceCollection AddProjects(this IServiceCollection services)
    {
        services.AddScoped<ProjectReader>();
        services.AddServed<ProjectService>(() => V1.ProjectService.Descriptor);
        return services;
    }
}
