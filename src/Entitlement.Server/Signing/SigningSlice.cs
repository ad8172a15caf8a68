using Entitlement.Server.Hosting;

namespace Entitlement.Server.Signing;

/// <summary>The signing key, what it signs and how its public half is published.</summary>
internal static class SigningSlice
{
    public static IServiceCollection AddSigning(this IServiceCollection services)
    {
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<LicenseSigner>();
        services.AddSingleton<Jwks>();
        services.AddHostedService<CertificateWatch>();
        services.AddServed<KeyService>(() => V1.KeyService.Descriptor);
        return services;
    }
}
