using Entitlement.Server.Hosting;
using Entitlement.Storage.PostgreSql;
using Entitlement.Storage.Sqlite;
using Entitlement.Storage.SqlServer;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Storage;

/// <summary>Where the data is kept.</summary>
internal static class StorageSlice
{
    /// <param name="services">Where to register it.</param>
    /// <param name="configuration">Read here and now, because which database it is decides what is registered.</param>
    /// <exception cref="OptionsValidationException">The section is wrong.</exception>
    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        var options = Read(configuration);
        services.AddSingleton<DataDirectory>();
        services.AddSingleton<StorageStart>();
        try
        {
            return options.Provider switch
            {
                StorageProvider.Sqlite => services.AddSqliteStorage(SqliteConnection(options)),
                StorageProvider.SqlServer => services.AddSqlServerStorage(options.ConnectionString!, options.MaxBatchSize),
                StorageProvider.PostgreSql => services.AddPostgreSqlStorage(options.ConnectionString!),
            };
        }
        catch (ArgumentException failure)
        {
            // What is wrong with it is not repeated: it may hold a password.
            throw new StartRefusedException(
                $"{StorageOptions.Section}:{nameof(StorageOptions.ConnectionString)} is no connection string of {options.Provider}.",
                inner: failure);
        }
    }

    private static StorageOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetSection(StorageOptions.Section).Get<StorageOptions>() ?? new StorageOptions();
        var result = new StorageOptionsValidator().Validate(Options.DefaultName, options);
        return result.Failed
            ? throw new OptionsValidationException(Options.DefaultName, typeof(StorageOptions), result.Failures)
            : options;
    }

    private static string SqliteConnection(StorageOptions options) => string.IsNullOrEmpty(options.ConnectionString)
        ? SqliteStorage.ConnectionStringOf(Path.Combine(options.DataPath!, DataDirectory.DatabaseName))
        : options.ConnectionString;
}
