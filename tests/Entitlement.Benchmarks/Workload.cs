using Entitlement.Testing;
using Entitlement.V1;

namespace Entitlement.Benchmarks;

/// <summary>Licenses with seats enough, and license requests that were never sent before, each of an installation of its own.</summary>
/// <param name="Licenses">Over which the requests are spread evenly.</param>
/// <param name="Requests">The <c>.lrq</c> files.</param>
internal sealed record Workload(IReadOnlyList<License> Licenses, IReadOnlyList<byte[]> Requests)
{
    public static async Task<Workload> PrepareAsync(EntitlementHost host, int licenseCount, int requestCount)
    {
        var licenses = new List<License>(licenseCount);
        for (var i = 0; i < licenseCount; i++)
        {
            licenses.Add(await host.CreateLicenseAsync(license =>
            {
                license.MachineLimit = (requestCount / licenseCount) + 1;
                license.Features.Add(new FeatureLine { Code = "export", Counts = FeatureCount.License });
            }));
        }

        var requests = new byte[requestCount][];
        Parallel.For(0, requestCount, i => requests[i] = Ask(licenses[i % licenseCount].Slc));
        return new Workload(licenses, requests);
    }

    private static byte[] Ask(string slc)
    {
        using var product = new InstalledProduct();
        return product.Sign(product.Ask(slc)).ToByteArray();
    }
}
