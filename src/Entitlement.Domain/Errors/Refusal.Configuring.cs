using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.Errors;

/// <content>What is told to whoever configures a license.</content>
public static partial class Refusal
{
    /// <param name="license">The license.</param>
    /// <param name="line"><c>edition</c>, <c>machines</c> or <c>features/{code}</c>.</param>
    /// <param name="wanted">What was chosen.</param>
    /// <param name="sold">What could have been.</param>
    public static EntitlementException NotSold(LicenseName license, string line, string wanted, string sold) =>
        new(FailureReason.NotSold,
            $"{license} was not sold with {line} {wanted}, only with {sold}. Choose within that, or buy more.",
            ("license", $"{license}"), ("line", line), ("wanted", wanted), ("sold", sold));

    public static EntitlementException LicenseNotConfigured(LicenseName license) =>
        new(FailureReason.LicenseNotConfigured,
            $"{license} awaits its configuration: somebody of its account has to choose edition and quantities first.",
            ("license", $"{license}"));

    public static EntitlementException LicenseConfigured(LicenseName license) =>
        new(FailureReason.LicenseConfigured,
            $"{license} is configured already. Change its configuration by ReconfigureLicense.",
            ("license", $"{license}"));

    /// <param name="license">The license that was to be changed.</param>
    /// <param name="lines">Each line that would be below its use, with its wanted limit; at least one.</param>
    public static EntitlementException LimitBelowUse(LicenseName license, IReadOnlyList<SeatLine> lines)
    {
        var told = string.Join("; ", lines.Select(line => $"{line.Line}: {line.Held} held, more than {Most(line)}"));
        return new EntitlementException(
            FailureReason.LimitBelowUse,
            $"More of {license} is in use than that ({told}). Give some back first, choose more, or say accept_below_use: then what "
            + "is in use goes on, and nothing more is taken until there is less of it.",
            [
                ("license", $"{license}"), ("line", lines[0].Line), ("limit", Text(lines[0].Limit)),
                ("overage", Text(lines[0].Overage)), ("held", Text(lines[0].Held)),
            ])
        {
            Shortages = lines,
        };
    }
}
