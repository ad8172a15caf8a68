using Entitlement.Server.Hosting;
using Entitlement.Server.Notifications;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.SignIn;

/// <summary>What proves who somebody is: passwords, sessions, tokens of an issuer.</summary>
internal static class SignInSlice
{
    public static IServiceCollection AddSignIn(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<SignInOptions>, SignInMethods>();
        services.AddSingleton<PasswordHashing>();
        services.AddSingleton<HashQueue>();
        services.AddSingleton<PasswordCheck>();
        services.AddSingleton<SessionTokens>();
        services.AddSingleton<SessionDesk>();
        services.AddSingleton<PasswordLinks>();
        services.AddSingleton<MakeEntrance>(provider => provider.GetRequiredService<PasswordLinks>().MakeAsync);
        services.AddSingleton<LinkRequests>();
        services.AddHostedService(provider => provider.GetRequiredService<LinkRequests>());
        services.AddSingleton<IssuerKeys>();
        services.AddSingleton<TokenVerifier>();
        services.AddSingleton<IdentityLinks>();
        return services.AddServed<SessionService>(() => V1.SessionService.Descriptor);
    }
}
