using Entitlement.Domain.Activations;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.V1;
using Google.Protobuf;
using FeatureLine = Entitlement.Domain.Licenses.FeatureLine;
using License = Entitlement.Domain.Licenses.License;

namespace Entitlement.Server.Activations;

/// <summary>Reads what a product reports, from the bytes that it signed.</summary>
internal static class ReportedStatus
{
    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>: the first field that breaks a rule.</exception>
    public static ProductStatus Parse(ByteString report)
    {
        var message = Read(report);
        Require(message.Generation >= 0, "report.generation", "must be 0 or more");
        Require(message.FeaturesInUse.Count <= License.MaxFeatures, "report.features_in_use", $"must be at most {License.MaxFeatures}");
        Require(message.Leases.Count <= License.MaxFeatures, "report.leases", $"must be at most {License.MaxFeatures}");
        return new ProductStatus(
            message.Generation,
            Text.Require(message.ProductVersion, "report.product_version", 0, Formats.LicenseRequest.MaxTextLength),
            Distinct(message.FeaturesInUse.Select((code, i) => Text.FeatureCode(code, $"report.features_in_use[{i}]")), "report.features_in_use"),
            [.. message.Leases.Select(Wanted)])
        {
            RevocationListNumber = message.RevocationListNumber,
        }
        .WithDistinctLeases();
    }

    private static StatusReport Read(ByteString report)
    {
        try
        {
            return StatusReport.Parser.ParseFrom(report);
        }
        catch (InvalidProtocolBufferException)
        {
            throw Refusal.InvalidArgument("report", "must be a StatusReport as Protocol Buffers encode it");
        }
    }

    private static WantedLease Wanted(LeaseWish wish, int index) => new(
        Text.FeatureCode(wish.Feature, $"report.leases[{index}].feature"),
        wish.Quantity is >= 1 and <= FeatureLine.MaxQuantity
            ? wish.Quantity
            : throw Refusal.InvalidArgument($"report.leases[{index}].quantity", $"must be 1 to {FeatureLine.MaxQuantity}"));

    private static ProductStatus WithDistinctLeases(this ProductStatus status)
    {
        Distinct(status.Leases.Select(wish => wish.Feature), "report.leases");
        return status;
    }

    private static List<string> Distinct(IEnumerable<string> codes, string field)
    {
        var all = codes.ToList();
        Require(all.Distinct(StringComparer.Ordinal).Count() == all.Count, field, "must name each feature once");
        return all;
    }

    private static void Require(bool holds, string field, string rule)
    {
        if (!holds)
        {
            throw Refusal.InvalidArgument(field, rule);
        }
    }
}
