using Entitlement.Server.Storage;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Access;

/// <summary>Makes and reads the bootstrap key where there is one: with the embedded default alone.</summary>
internal sealed class BootstrapStart(IOptions<StorageOptions> options, BootstrapKey key, ServiceAccountKeys keys)
{
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (options.Value.IsEmbedded)
        {
            key.Load(make: !key.IsThere && !await keys.AnyAdministratorAsync(cancellationToken));
        }
    }
}
