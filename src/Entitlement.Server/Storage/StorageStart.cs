using Microsoft.Extensions.Options;

namespace Entitlement.Server.Storage;

/// <summary>Gets the storage ready before the server serves.</summary>
internal sealed class StorageStart(IOptions<StorageOptions> options, DataDirectory data, InstanceLock instance)
{
    public void Prepare()
    {
        if (options.Value.IsEmbedded)
        {
            data.Prepare();
            instance.Take();
        }
    }
}
