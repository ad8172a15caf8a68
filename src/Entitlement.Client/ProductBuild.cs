using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Entitlement.Client;

/// <summary>The installed build of a product, as its maker compiled it in.</summary>
/// <param name="Code">The product's code at the service. 1 to 256 characters.</param>
/// <param name="Version">For people. 1 to 256 characters.</param>
/// <param name="BuildDate">In UTC. Care must cover it.</param>
/// <param name="RootsPem">
/// The root certificates that the product trusts, one after another in PEM. They ship with the product, as a constant
/// or an embedded resource: never read them from a place that a user can write.
/// </param>
public sealed record ProductBuild(string Code, string Version, DateOnly BuildDate, string RootsPem)
{
    /// <summary>The pinned roots.</summary>
    /// <exception cref="CryptographicException">
    /// There is none, or one that cannot be read.
    /// </exception>
    internal X509Certificate2Collection LoadRoots()
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(RootsPem);
        return roots.Count > 0
            ? roots
            : throw new CryptographicException(
                "RootsPem holds no certificate. Pin the root of the service that issues the licenses.");
    }
}
