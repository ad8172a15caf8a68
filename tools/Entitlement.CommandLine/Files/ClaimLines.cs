using System.Globalization;
using Entitlement.Formats;

namespace Entitlement.CommandLine.Files;

/// <summary>What license requests and license files say, for people. Codes are shown by their last four characters.</summary>
internal static class ClaimLines
{
    public static IEnumerable<(string Label, string Value)> Of(LicenseClaims claims)
    {
        yield return ("Product", Join(" ", claims.Product, claims.Edition));
        yield return ("Account", claims.Account);
        yield return ("Activation", claims.Subject);
        yield return ("License code", Ending(claims.Slc));
        yield return ("Generation", Text(claims.Generation));
        yield return ("Issued", $"{Time(claims.IssueTime)} by {claims.Issuer}");
        yield return ("File valid", $"from {Time(claims.NotBefore)} until {Time(claims.ExpireTime, "the license ends")}");
        yield return ("License until", Time(claims.LicenseUntil, "for ever"));
        yield return ("Care until", Time(claims.CareUntil, "for ever"));
        if (claims.TrialUntil is { } trial)
        {
            yield return ("Trial until", Time(trial));
        }

        if (claims.OverlapUntil is { } overlap)
        {
            yield return ("Replaced; runs until", Time(overlap));
        }

        foreach (var feature in claims.Features)
        {
            var devices = feature.Devices.Length > 0 ? $" ({string.Join(", ", feature.Devices)})" : "";
            yield return ("Feature", $"{feature.Code}: {Text(feature.Quantity)}, counted by {feature.Counts.ToString().ToLowerInvariant()}{devices}");
        }

        yield return ("Machine", $"{Kinds(claims.Machine.Components)}; {Text(claims.Machine.Match)} of them must match");
        yield return ("Instance key", claims.KeyThumbprint);
    }

    public static IEnumerable<(string Label, string Value)> Of(LicenseRequestFile file)
    {
        var request = file.Request;
        yield return ("Request", request.Jti.ToString());
        yield return ("Asks to", request.Operation.ToString().ToLowerInvariant());
        yield return ("Made", Time(request.IssueTime));
        yield return ("Product", $"{request.Product} {request.ProductVersion}, built {request.BuildDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}");
        yield return ("License code", Ending(request.Slc));
        if (request.Audience is { } audience)
        {
            yield return ("For", audience);
        }

        yield return ("Machine", $"{request.Machine.Name}: {Kinds(request.Machine.Components)}");
        yield return ("Installed generation", Text(request.Generation));
        if (request.Replaces is { } replaced)
        {
            yield return ("Replaces", replaced);
        }

        foreach (var feature in request.Devices.GroupBy(device => device.Feature, StringComparer.Ordinal))
        {
            yield return ("Devices", $"{feature.Key}: {string.Join(", ", feature.Select(device => Join(" ", device.Id, device.Model)))}");
        }

        yield return ("Instance key", file.InstanceKey.Thumbprint);
    }

    public static IEnumerable<(string Label, string Value)> Of(ReturnReceipt receipt)
    {
        yield return ("Activation", receipt.Subject);
        yield return ("Returned generation", Text(receipt.Generation));
        yield return ("Receipt", receipt.Jti.ToString());
        yield return ("Made", Time(receipt.IssueTime));
    }

    public static IEnumerable<(string Label, string Value)> Of(RevokedKeyList list)
    {
        yield return ("Number", list.Number.ToString(CultureInfo.InvariantCulture));
        yield return ("Made", Time(list.IssueTime));
        yield return ("Next list due", Time(list.NextUpdate));
        foreach (var key in list.Keys)
        {
            yield return ("Revoked key", $"{key.KeyId}, since {Time(key.Since)}");
        }
    }

    public static IEnumerable<(string Label, string Value)> Of(RevokedActivationList list)
    {
        yield return ("Number", list.Number.ToString(CultureInfo.InvariantCulture));
        yield return ("Made", Time(list.IssueTime));
        yield return ("Next list due", Time(list.ExpireTime));
        foreach (var (activation, generation) in list.Activations.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            yield return ("Revoked files", $"{activation}, up to generation {Text(generation)}");
        }
    }

    /// <summary>A code lets whoever reads it take a seat, so only enough to tell codes apart is shown.</summary>
    public static string Ending(string code) => code.Length > 4 ? $"…{code[^4..]}" : "…";

    public static string Time(DateTimeOffset? time, string otherwise = "") =>
        time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? otherwise;

    private static string Kinds(MachineComponents components) => string.Join(' ', components.Kinds.Select(MachineComponents.Name));

    private static string Join(string separator, params string?[] parts) =>
        string.Join(separator, parts.Where(part => !string.IsNullOrEmpty(part)));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
