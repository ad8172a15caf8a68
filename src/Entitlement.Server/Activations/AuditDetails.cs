using System.Text.Json;
using System.Text.Json.Serialization;
using Entitlement.Domain.Activations;

namespace Entitlement.Server.Activations;

/// <summary>What the audit trail keeps of an issued file, beside who, when and which activation.</summary>
/// <param name="Generation">Of the file.</param>
/// <param name="GenerationBefore">
/// Of the activation's file before it, 0 for none: what lies between the two was issued by a database that is lost.
/// </param>
/// <param name="File">Its <c>jti</c>.</param>
/// <param name="Kid">The key that signed it.</param>
/// <param name="DevicesAdded">How many devices took seats.</param>
/// <param name="DevicesRemoved">How many gave theirs back.</param>
/// <param name="GenerationNotice">What was noticed of the generation that the machine has.</param>
/// <param name="Trial">The machine's trial, by its id; null on a license that was bought.</param>
internal sealed record FileIssued(
    int Generation,
    int GenerationBefore,
    Guid File,
    string Kid,
    int DevicesAdded,
    int DevicesRemoved,
    string GenerationNotice,
    Guid? Trial);

/// <summary>What it keeps of an activation that its machine returned.</summary>
/// <param name="Generation">Of the newest file.</param>
/// <param name="ReturnedGeneration">Of the file that the machine had.</param>
/// <param name="Receipt">The receipt's <c>jti</c>.</param>
/// <param name="DevicesRemoved">How many devices gave their seats back.</param>
/// <param name="LeasesReturned">How much of each floating feature it gave back; null when nothing was leased.</param>
internal sealed record ActivationReturned(
    int Generation,
    int ReturnedGeneration,
    Guid Receipt,
    int DevicesRemoved,
    IReadOnlyDictionary<string, int>? LeasesReturned);

/// <summary>What it keeps of an activation that was released by hand.</summary>
internal sealed record ActivationReleased(
    int Generation, int DevicesRemoved, IReadOnlyDictionary<string, int>? LeasesReturned);

/// <summary>What it keeps of an activation by a trial, whose machine was activated on a bought license.</summary>
/// <param name="Trial">The trial, by its id.</param>
/// <param name="BoughtLicense">The other license, by its id.</param>
/// <param name="BoughtActivation">The machine's activation on it, by its id.</param>
internal sealed record TrialActivationEnded(
    int Generation,
    int DevicesRemoved,
    IReadOnlyDictionary<string, int>? LeasesReturned,
    Guid Trial,
    Guid BoughtLicense,
    Guid BoughtActivation);

/// <summary>What it keeps of signs that two installations share one key; see <see cref="CloneSign"/>.</summary>
/// <param name="Sign">By its name in the domain.</param>
/// <param name="Generation">That the machine told.</param>
/// <param name="Sequence">Of the call, where it was one.</param>
/// <param name="LastSequence">Of the last call before.</param>
internal sealed record CloneSuspected(string Sign, int Generation, long? Sequence = null, long? LastSequence = null)
{
    public const string Action = "activation.suspect_clone";

    public static CloneSuspected By(CloneSign sign, int generation, long? sequence = null, long? lastSequence = null) =>
        new($"{sign}", generation, sequence, lastSequence);
}

/// <summary>What it keeps of a product that told another license file than the newest.</summary>
internal sealed record GenerationTold(int Generation, int ToldGeneration, string GenerationNotice);

/// <summary>
/// What it keeps of leases that were taken, changed or given back; what was only renewed, it does not.
/// </summary>
/// <param name="Changes">For each feature how much more, or as a negative number how much less, is held.</param>
internal sealed record LeasesMoved(IReadOnlyDictionary<string, int> Changes);

/// <summary>What it keeps of a request that waits for an approval.</summary>
/// <param name="Request">Its <c>jti</c>.</param>
/// <param name="Devices">How many devices it lists.</param>
/// <param name="Bytes">Of the file.</param>
internal sealed record RequestParked(Guid Request, int Devices, int Bytes);

/// <summary>What it keeps of a parked request that was decided.</summary>
/// <param name="Request">Its <c>jti</c>.</param>
/// <param name="Before">What it was before, by its name in the domain.</param>
/// <param name="Activation">What an approval made or changed, by its id; null of a rejection.</param>
internal sealed record ParkedRequestDecided(Guid Request, string Before, Guid? Activation);

/// <summary>The details as JSON objects.</summary>
internal static class AuditJson
{
    public static string Of(FileIssued details) => JsonSerializer.Serialize(details, ActivationJson.Default.FileIssued);

    public static string Of(ActivationReturned details) => JsonSerializer.Serialize(details, ActivationJson.Default.ActivationReturned);

    public static string Of(TrialActivationEnded details) =>
        JsonSerializer.Serialize(details, ActivationJson.Default.TrialActivationEnded);

    public static string Of(CloneSuspected details) =>
        JsonSerializer.Serialize(details, ActivationJson.Default.CloneSuspected);

    public static string Of(GenerationTold details) =>
        JsonSerializer.Serialize(details, ActivationJson.Default.GenerationTold);

    public static string Of(RequestParked details) =>
        JsonSerializer.Serialize(details, ActivationJson.Default.RequestParked);

    public static string Of(ParkedRequestDecided details) =>
        JsonSerializer.Serialize(details, ActivationJson.Default.ParkedRequestDecided);

    public static string Of(LeasesMoved details) =>
        JsonSerializer.Serialize(details, ActivationJson.Default.LeasesMoved);

    public static string Of(ActivationReleased details) => JsonSerializer.Serialize(details, ActivationJson.Default.ActivationReleased);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FileIssued))]
[JsonSerializable(typeof(ActivationReturned))]
[JsonSerializable(typeof(ActivationReleased))]
[JsonSerializable(typeof(TrialActivationEnded))]
[JsonSerializable(typeof(CloneSuspected))]
[JsonSerializable(typeof(GenerationTold))]
[JsonSerializable(typeof(LeasesMoved))]
[JsonSerializable(typeof(RequestParked))]
[JsonSerializable(typeof(ParkedRequestDecided))]
internal sealed partial class ActivationJson : JsonSerializerContext;
