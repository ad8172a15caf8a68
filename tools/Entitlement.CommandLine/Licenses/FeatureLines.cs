using System.CommandLine.Parsing;
using System.Globalization;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.CommandLine.Licenses;

/// <summary>What a license grants, as people type it.</summary>
internal static class FeatureLines
{
    public static string[] ModeNames { get; } = ["self-service", "portal-only", "approval"];

    /// <summary>
    /// <c>CODE:license</c>, <c>CODE:device[:QUANTITY[+OVERAGE]]</c> or <c>CODE:lease[:QUANTITY[+OVERAGE][:TIME]]</c>;
    /// the code's own rule and the bounds of the time are the service's to judge.
    /// </summary>
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
                    $"--feature: '{token.Value}' is no feature line. Write CODE:license, CODE:device or CODE:lease, "
                    + "and :QUANTITY (1 to 1000000) where it is not 1, with +OVERAGE where more is not refused; after that of a lease :TIME, such as 30m or 8h.");
            }
        }

        return [.. lines];
    }

    /// <summary>As <see cref="ParseLine"/> reads it of an estate.</summary>
    public static string Text(FeatureLine line)
    {
        var counted = FieldText.EnumText(FeatureLine.Descriptor.FindFieldByName("counts").EnumType, (int)line.Counts);
        var overage = line.Overage > 0 ? FormattableString.Invariant($"+{line.Overage}") : "";
        var sold = line.SoldQuantity > line.Quantity ? FormattableString.Invariant($"/{line.SoldQuantity}") : "";
        var time = line.LeaseDuration is { } duration ? FormattableString.Invariant($":{duration.Seconds}s") : "";
        return FormattableString.Invariant($"{line.Code}:{counted}:{line.Quantity}{sold}{overage}{time}");
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

    /// <param name="text">What somebody wrote.</param>
    /// <param name="ofEstate">Whether it may say <c>QUANTITY/SOLD</c>, of which somebody has chosen less than was sold.</param>
    /// <returns>Null when it is none.</returns>
    public static FeatureLine? ParseLine(string text, bool ofEstate = false)
    {
        var parts = text.Split(':');
        FeatureCount? counted = parts switch
        {
            [_, "license", ..] => FeatureCount.License,
            [_, "device", ..] => FeatureCount.Device,
            [_, "lease", ..] => FeatureCount.Lease,
            _ => null,
        };
        var line = new FeatureLine { Code = parts[0], Counts = counted ?? FeatureCount.Unspecified, Quantity = 1 };
        return counted is not null
            && line.Code.Length > 0
            && parts.Length <= (counted == FeatureCount.Lease ? 4 : 3)
            && (parts.Length < 3 || ReadQuantity(parts[2], line, ofEstate))
            && (parts.Length < 4 || ReadTime(parts[3], line))
                ? line
                : null;
    }

    private static bool ReadQuantity(string text, FeatureLine line, bool ofEstate)
    {
        var parts = text.Split('+');
        var chosen = parts[0].Split('/');
        var (overage, sold) = (0, 0);
        if (parts.Length > 2
            || chosen.Length > (ofEstate ? 2 : 1)
            || !TryParse(chosen[0], least: 2 - chosen.Length, out var quantity)
            || (chosen.Length == 2 && !TryParse(chosen[1], least: 1, out sold))
            || (parts.Length == 2 && !TryParse(parts[1], least: 0, out overage)))
        {
            return false;
        }

        (line.Quantity, line.SoldQuantity, line.Overage) = (quantity, sold, overage);
        return true;
    }

    private static bool ReadTime(string text, FeatureLine line)
    {
        var isTime = Durations.TryParse(text, out var time);
        line.LeaseDuration = isTime ? Duration.FromTimeSpan(time) : null;
        return isTime;
    }

    private static bool TryParse(string text, int least, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
        && number >= least
        && number <= 1_000_000;
}
