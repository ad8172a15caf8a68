using System.CommandLine.Parsing;
using System.Globalization;
using Entitlement.V1;

namespace Entitlement.CommandLine.Licenses;

/// <summary>What a license grants, as people type it.</summary>
internal static class FeatureLines
{
    public static string[] ModeNames { get; } = ["self-service", "portal-only", "approval"];

    /// <summary><c>CODE:license</c> or <c>CODE:device[:QUANTITY]</c>; the code's own rule is the service's to judge.</summary>
    public static FeatureLine[] Parse(ArgumentResult result)
    {
        var lines = new List<FeatureLine>();
        foreach (var token in result.Tokens)
        {
            if (ParseLine(token.Value) is { } line)
            {
                lines.Add(line);
            }
            else
            {
                result.AddError(
                    $"--feature: '{token.Value}' is no feature line. Write CODE:license or CODE:device, and :QUANTITY (1 to 1000000) where it is not 1.");
            }
        }

        return [.. lines];
    }

    public static ActivationMode ParseMode(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        switch (text)
        {
            case "self-service": return ActivationMode.SelfService;
            case "portal-only": return ActivationMode.PortalOnly;
            case "approval": return ActivationMode.Approval;
            default:
                result.AddError($"--mode: '{text}' is none of {string.Join(", ", ModeNames)}.");
                return ActivationMode.Unspecified;
        }
    }

    private static FeatureLine? ParseLine(string text)
    {
        var parts = text.Split(':');
        var counts = parts.Length is 2 or 3 ? parts[1] : "";
        var quantity = 1;
        var isQuantity = parts.Length < 3
            || (int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out quantity) && quantity is >= 1 and <= 1_000_000);
        FeatureCount? counted = counts switch
        {
            "license" => FeatureCount.License,
            "device" => FeatureCount.Device,
            _ => null,
        };
        return counted is { } count && isQuantity && parts[0].Length > 0
            ? new FeatureLine { Code = parts[0], Counts = count, Quantity = quantity }
            : null;
    }
}
