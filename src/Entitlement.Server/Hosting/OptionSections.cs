using System.Collections.Frozen;
using Entitlement.Server.Health;
using Entitlement.Server.Signing;
using Entitlement.Server.Storage;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Hosting;

/// <summary>The sections of the configuration that are ours. Each is one class of options with its generated validator.</summary>
internal static class OptionSections
{
    /// <summary>The keys of each section, by its name.</summary>
    public static FrozenDictionary<string, string[]> Keys { get; } = new Dictionary<string, string[]>
    {
        [ServerOptions.Section] = KeysOf<ServerOptions>(),
        [HealthOptions.Section] = KeysOf<HealthOptions>(),
        [StorageOptions.Section] = KeysOf<StorageOptions>(),
        [SigningOptions.Section] = KeysOf<SigningOptions>(),
        [LicenseFileOptions.Section] = KeysOf<LicenseFileOptions>(),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static IServiceCollection AddEntitlementOptions(this IServiceCollection services)
    {
        services.AddSection<ServerOptions, ServerOptionsValidator>(ServerOptions.Section);
        services.AddSection<HealthOptions, HealthOptionsValidator>(HealthOptions.Section);
        services.AddSection<StorageOptions, StorageOptionsValidator>(StorageOptions.Section);
        services.AddSection<SigningOptions, SigningOptionsValidator>(SigningOptions.Section);
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

    private static string[] KeysOf<TOptions>() =>
        [.. typeof(TOptions).GetProperties().Where(property => property.SetMethod is not null).Select(property => property.Name)];
}
