using System.Collections.Frozen;
using System.Reflection;
using Entitlement.Server.Abuse;
using Entitlement.Server.Access.Cache;
using Entitlement.Server.Access.Cache.Shared;
using Entitlement.Server.Activations;
using Entitlement.Server.Audit;
using Entitlement.Server.Health;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Notifications;
using Entitlement.Server.SignIn;
using Entitlement.Server.Signing;
using Entitlement.Server.Storage;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Hosting;

/// <summary>The sections of the configuration that are ours. Each is one class of options with its generated validator.</summary>
internal static class OptionSections
{
    /// <summary>The options of each section, by its name.</summary>
    public static FrozenDictionary<string, PropertyInfo[]> All { get; } = new Dictionary<string, PropertyInfo[]>
    {
        [ServerOptions.Section] = OptionsOf<ServerOptions>(),
        [HealthOptions.Section] = OptionsOf<HealthOptions>(),
        [StorageOptions.Section] = OptionsOf<StorageOptions>(),
        [SigningOptions.Section] = OptionsOf<SigningOptions>(),
        [LicenseFileOptions.Section] = OptionsOf<LicenseFileOptions>(),
        [AccessOptions.Section] = OptionsOf<AccessOptions>(),
        [IdempotencyOptions.Section] = OptionsOf<IdempotencyOptions>(),
        [AbuseOptions.Section] = OptionsOf<AbuseOptions>(),
        [ApprovalOptions.Section] = OptionsOf<ApprovalOptions>(),
        [AuditOptions.Section] = OptionsOf<AuditOptions>(),
        [MessageOptions.Section] = OptionsOf<MessageOptions>(),
        [SignInOptions.Section] = OptionsOf<SignInOptions>(),
        [OpenIdConnectOptions.Section] = OptionsOf<OpenIdConnectOptions>(),
        [RedisOptions.Section] = OptionsOf<RedisOptions>(),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static IServiceCollection AddEntitlementOptions(this IServiceCollection services)
    {
        services.AddSection<ServerOptions, ServerOptionsValidator>(ServerOptions.Section);
        services.AddSection<HealthOptions, HealthOptionsValidator>(HealthOptions.Section);
        services.AddSection<StorageOptions, StorageOptionsValidator>(StorageOptions.Section);
        services.AddSection<SigningOptions, SigningOptionsValidator>(SigningOptions.Section);
        services.AddSection<AccessOptions, AccessOptionsValidator>(AccessOptions.Section);
        services.AddSection<IdempotencyOptions, IdempotencyOptionsValidator>(IdempotencyOptions.Section);
        services.AddSection<AbuseOptions, AbuseOptionsValidator>(AbuseOptions.Section);
        services.AddSection<ApprovalOptions, ApprovalOptionsValidator>(ApprovalOptions.Section);
        services.AddSection<AuditOptions, AuditOptionsValidator>(AuditOptions.Section);
        services.AddSection<MessageOptions, MessageOptionsValidator>(MessageOptions.Section);
        services.AddSection<SignInOptions, SignInOptionsValidator>(SignInOptions.Section);
        services.AddSection<OpenIdConnectOptions, OpenIdConnectOptionsValidator>(OpenIdConnectOptions.Section);
        services.AddSection<RedisOptions, RedisOptionsValidator>(RedisOptions.Section);
        services.AddSection<LicenseFileOptions, LicenseFileOptionsValidator>(LicenseFileOptions.Section)
            .PostConfigure<IOptions<StorageOptions>>((file, storage) =>
                file.Issuer ??= storage.Value.IsEmbedded ? LicenseFileOptions.EmbeddedIssuer : null);
        return services;
    }

    private static OptionsBuilder<TOptions> AddSection<TOptions, TValidator>(this IServiceCollection services, string section)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions> =>
        services.AddSingleton<IValidateOptions<TOptions>, TValidator>()
            .AddOptions<TOptions>()
            .BindConfiguration(section)
            .ValidateOnStart();

    /// <summary>What can be set; what is only computed is no option.</summary>
    private static PropertyInfo[] OptionsOf<TOptions>() =>
        [.. typeof(TOptions).GetProperties().Where(property => property.SetMethod is not null)];
}
