namespace Entitlement.Server.Abuse;

/// <summary>What keeps callers without credentials from costing more than they may.</summary>
internal static class AbuseSlice
{
    public static IServiceCollection AddAbuse(this IServiceCollection services)
    {
        services.AddSingleton<FailureTable>();
        services.AddSingleton<FailureWatch>();
        services.AddSingleton<VerificationQueue>();
        services.AddScoped<RequestGate>();
        services.AddScoped<FileAllowance>();
        return services;
    }
}
