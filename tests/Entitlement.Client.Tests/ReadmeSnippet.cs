using Entitlement.Client.Activation;
using Entitlement.Client.Renewal;

namespace Entitlement.Client.Tests;

/// <summary>The ten lines with which a product adopts the client, as the README shows them.</summary>
internal static class ReadmeSnippet
{
    public static async Task<bool> MayExportAsync(string rootPem, string stateDirectory, string typedCode)
    {
        // <ten-lines>
        var build = new ProductBuild("acme-cad", "2.1.0", new DateOnly(2026, 11, 1), rootPem);
        using var client = new EntitlementClient(build, stateDirectory);
        using var channel = EntitlementChannel.Create(new Uri("https://licenses.acme.example"));
        await using var renewal = LicenseRenewal.Start(client, channel);
        var license = client.Check();
        if (!license.IsValid)
        {
            license = await client.ActivateAsync(channel, typedCode);
        }

        return license.QuantityOf("export") > 0;
        // </ten-lines>
    }
}
