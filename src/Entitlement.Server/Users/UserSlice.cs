using Entitlement.Server.Hosting;

namespace Entitlement.Server.Users;

/// <summary>The people who may call, and the accounts to which they belong.</summary>
internal static class UserSlice
{
    public static IServiceCollection AddUsers(this IServiceCollection services)
    {
        services.AddScoped<UserReader>();
        services.AddScoped<InvitationReader>();
        services.AddScoped<UserExport>();
        services.AddScoped<CallerReader>();
        services.AddServed<UserService>(() => V1.UserService.Descriptor);
        return services;
    }
}
