using Entitlement.Server.Hosting;

namespace Entitlement.Server.Groups;

/// <summary>Groups of users and service accounts.</summary>
internal static class GroupSlice
{
    public static IServiceCollection AddGroups(this IServiceCollection services)
    {
        services.AddScoped<GroupReader>();
        services.AddServed<GroupService>(() => V1.GroupService.Descriptor);
        return services;
    }
}
