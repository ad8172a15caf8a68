using Entitlement.Server.Hosting;

namespace Entitlement.Server.Access.Answers;

/// <summary>Answers to the question who may do what, and why.</summary>
internal static class AnswersSlice
{
    public static IServiceCollection AddAccessAnswers(this IServiceCollection services)
    {
        services.AddSingleton<Inquiry>();
        services.AddSingleton<Explainer>();
        services.AddSingleton<AllowedPrincipals>();
        services.AddSingleton<AccessDryRun>();
        services.AddSingleton<AccessWatch>();
        services.AddSingleton<CacheKeeper>();
        services.AddServed<AccessService>(() => V1.AccessService.Descriptor);
        return services;
    }
}
