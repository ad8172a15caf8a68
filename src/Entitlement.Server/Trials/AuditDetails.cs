using System.Text.Json;
using System.Text.Json.Serialization;

namespace Entitlement.Server.Trials;

/// <summary>What the audit trail keeps of a trial that began, beside who, when and which.</summary>
/// <param name="EndTime">When it ends.</param>
/// <param name="Activation">The activation that it began with, by its id.</param>
/// <param name="HardwareMarks">How many hashes of its hardware the machine is known again by.</param>
internal sealed record TrialStarted(DateTimeOffset EndTime, Guid Activation, int HardwareMarks);

/// <summary>What it keeps of a trial whose end was put off.</summary>
internal sealed record TrialExtended(DateTimeOffset EndTimeBefore, DateTimeOffset EndTime, int Extensions);

/// <summary>What it keeps of a trial that began elsewhere.</summary>
internal sealed record TrialImported(DateTimeOffset EndTime, int HardwareMarks);

/// <summary>The details as JSON objects.</summary>
internal static class TrialJson
{
    public static string Of(TrialStarted details) =>
        JsonSerializer.Serialize(details, TrialJsonContext.Default.TrialStarted);

    public static string Of(TrialExtended details) =>
        JsonSerializer.Serialize(details, TrialJsonContext.Default.TrialExtended);

    public static string Of(TrialImported details) =>
        JsonSerializer.Serialize(details, TrialJsonContext.Default.TrialImported);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TrialStarted))]
[JsonSerializable(typeof(TrialExtended))]
[JsonSerializable(typeof(TrialImported))]
internal sealed partial class TrialJsonContext : JsonSerializerContext;
