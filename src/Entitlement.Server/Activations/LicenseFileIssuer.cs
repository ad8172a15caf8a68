using System.Buffers.Text;
using Entitlement.Domain.Activations;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using Entitlement.Domain.Trials;
using Entitlement.Formats;
using Entitlement.Server.Signing;

namespace Entitlement.Server.Activations;

/// <summary>Writes down what a license grants an activation, and signs it. Nothing leaves before the commit that records it.</summary>
internal sealed class LicenseFileIssuer(LicenseSigner signer)
{
    /// <param name="activation">The activation as it will stand.</param>
    /// <param name="license">What it is activated on.</param>
    /// <param name="features">The license's feature lines.</param>
    /// <param name="request">The request that the file answers.</param>
    /// <param name="trial">The machine's trial; null on a license that was bought.</param>
    public IssuedFile Issue(
        Activation activation,
        License license,
        IReadOnlyCollection<FeatureLine> features,
        ReceivedRequest request,
        Trial? trial)
    {
        var claims = new LicenseClaims
        {
            Issuer = signer.Issuer,
            Subject = activation.Name.ToString(),
            Jti = Guid.CreateVersion7(activation.UpdateTime),
            IssueTime = activation.UpdateTime,
            NotBefore = activation.UpdateTime,
            ExpireTime = activation.FileExpireTime,
            Generation = activation.Generation,
            Slc = license.Slc.ToGroups(),
            Account = new AccountName(license.AccountId).ToString(),
            Product = request.Machine.Product,
            Edition = license.Edition.Length == 0 ? null : license.Edition,
            LicenseUntil = license.EndTime,
            CareUntil = license.CareEndTime,
            TrialUntil = trial?.EndTime,
            Features = [.. Grant(features, request.Machine.Devices)],
            // A machine that shows fewer kinds than the license asks for must match in all of them.
            Machine = new LicensedMachine(request.Components, Math.Min(license.MachineMatch, request.Components.KindCount)),
            KeyThumbprint = request.InstanceThumbprint,
            RequestHash = Base64Url.EncodeToString(request.ContentHash),
        };
        var signed = signer.Issue(claims);
        return IssuedFile.Create(activation, claims.Jti, signed.KeyId, signed.Content);
    }

    private static IEnumerable<LicensedFeature> Grant(IEnumerable<FeatureLine> features, IReadOnlyList<Device> devices)
    {
        var byFeature = devices.ToLookup(device => device.Feature, device => device.Id, StringComparer.Ordinal);
        foreach (var line in features.OrderBy(line => line.Code, StringComparer.Ordinal))
        {
            if (line is { Counts: not FeatureCount.Device, Quantity: 0 })
            {
                // Sold, and switched off by whoever configured the license.
                continue;
            }

            if (line.Counts == FeatureCount.License)
            {
                yield return new LicensedFeature(line.Code, FeatureCounting.License, line.Quantity);
            }
            else if (line.Counts == FeatureCount.Lease)
            {
                // All that there is of it: how much of that is this machine's, its leases tell.
                yield return new LicensedFeature(line.Code, FeatureCounting.Lease, line.Quantity);
            }
            else if (byFeature[line.Code].Order(StringComparer.Ordinal).ToList() is { Count: > 0 } ids)
            {
                yield return new LicensedFeature(line.Code, FeatureCounting.Device, ids.Count) { Devices = [.. ids] };
            }
        }
    }
}
