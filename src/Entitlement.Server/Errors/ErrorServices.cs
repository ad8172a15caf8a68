namespace Entitlement.Server.Errors;

/// <summary>What turns failures into answers.</summary>
internal static class ErrorServices
{
    public static IServiceCollection AddErrors(this IServiceCollection services)
    {
        services.AddSingleton(_ => ErrorCatalogue.Load());
        services.AddSingleton<RefusalStatus>();
        services.AddSingleton<FailureTranslator>();
        services.AddSingleton<ErrorInterceptor>();
        return services;
    }
}
