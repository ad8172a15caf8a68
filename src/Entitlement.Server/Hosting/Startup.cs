using Entitlement.Server.Access;
using Entitlement.Server.Errors;
using Entitlement.Server.Signing;
using Entitlement.Server.Storage;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Hosting;

/// <summary>What happens, in this order, before the first port is opened.</summary>
internal static class Startup
{
    /// <exception cref="StartRefusedException">The server can't start, and its operator can do something about it.</exception>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public static void Prepare(IServiceProvider services)
    {
        // Everything is checked before anything is made.
        RequireConfiguration(services);
        services.GetRequiredService<AccessTable>();
        services.GetRequiredService<ErrorCatalogue>();
        services.GetRequiredService<ServerCertificate>().Load();

        services.GetRequiredService<StorageStart>().Prepare();
        services.GetRequiredService<SigningKeys>().Load();
        services.GetRequiredService<BootstrapStart>().Prepare();
    }

    public static void RequireConfiguration(IServiceProvider services)
    {
        KnownKeys.Require(services.GetRequiredService<IConfiguration>());
        services.GetRequiredService<IStartupValidator>().Validate();
    }
}
