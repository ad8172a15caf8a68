using Entitlement.Server.Hosting;

namespace Entitlement.Server.Signing;

/// <summary>The signing keys, what they sign, how their public halves are published, and what stops them.</summary>
internal static class SigningSlice
{
    public static IServiceCollection AddSigning(this IServiceCollection services)
    {
        services.AddSingleton<KeyRevocations>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<LicenseSigner>();
        services.AddSingleton<Jwks>();
        services.AddSingleton<KeyRecords>();
        services.AddSingleton<RevokedFiles>();
        services.AddScoped<IssuingStatusReader>();
        services.AddHostedService<KeyWatch>();
        services.AddServed<KeyService>(() => V1.KeyService.Descriptor);
        return services;
    }
}
