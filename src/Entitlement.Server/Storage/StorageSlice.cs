namespace Entitlement.Server.Storage;

/// <summary>Where the data is kept.</summary>
internal static class StorageSlice
{
    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        services.AddSingleton<DataDirectory>();
        services.AddSingleton<InstanceLock>();
        services.AddSingleton<StorageStart>();
        return services;
    }
}
