using Entitlement.Server.Hosting;
using Alpha = Grpc.Reflection.V1Alpha;
using Stable = Grpc.Reflection.V1;

namespace Entitlement.Server.Reflection;

/// <summary>Reflection, served only with <c>Server:Reflection</c>.</summary>
internal static class ReflectionSlice
{
    public static IServiceCollection AddReflection(this IServiceCollection services)
    {
        services.AddSingleton(provider => new ReflectionCatalogue(provider.GetRequiredService<ServedServices>().Descriptors));
        services.AddServedStandard<ReflectionService>(
            () => Stable.ServerReflection.Descriptor, Listener.Grpc, options => options.Reflection);
        services.AddServedStandard<ReflectionAlphaService>(
            () => Alpha.ServerReflection.Descriptor, Listener.Grpc, options => options.Reflection);
        return services;
    }
}
