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
    private const string InUse = "report.features_in_use";
    private const string Leases = "report.leases";

    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.InvalidArgument"/>: the first field that breaks a rule.
    /// </exception>
    public static ProductStatus Parse(ByteString report)
    {
        var message = Read(report);
        Require(message.Generation >= 0, "report.generation", "must be 0 or more");
        RequireFew(message.FeaturesInUse.Count, InUse);
        RequireFew(message.Leases.Count, Leases);
        var inUse = message.FeaturesInUse.Select((code, i) => Text.FeatureCode(code, $"{InUse}[{i}]")).ToList();
        var wanted = message.Leases.Select(Wanted).ToList();
        RequireDistinct(inUse, InUse);
        RequireDistinct([.. wanted.Select(wish => wish.Feature)], Leases);
        return new ProductStatus(
            message.Generation,
            Text.Require(message.ProductVersion, "report.product_version", 0, Formats.LicenseRequest.MaxTextLength),
            inUse,
            wanted)
        {
            RevocationListNumber = message.RevocationListNumber,
        };
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
        Text.FeatureCode(wish.Feature, $"{Leases}[{index}].feature"),
        wish.Quantity is >= 1 and <= FeatureLine.MaxQuantity
            ? wish.Quantity
            : throw Refusal.InvalidArgument($"{Leases}[{index}].quantity", $"must be 1 to {FeatureLine.MaxQuantity}"));

    private static void RequireFew(int count, string field) =>
        Require(count <= License.MaxFeatures, field, $"must be at most {License.MaxFeatures}");

    private static void RequireDistinct(List<string> codes, string field) =>
        Require(codes.Distinct(StringComparer.Ordinal).Count() == codes.Count, field, "must name each feature once");

    private static void Require(bool holds, string field, string rule)
    {
        if (!holds)
        {
            throw Refusal.InvalidArgument(field, rule);
        }
    }
}
