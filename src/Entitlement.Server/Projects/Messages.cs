using System.Text.Json.Serialization;
using Entitlement.Domain.Projects;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.Projects;

/// <summary>Projects, waves and batches as the contract shows them.</summary>
internal static class Messages
{
    public static V1.Project ToMessage(this Project project) => new()
    {
        Name = $"{project.Name}",
        DisplayName = project.DisplayName,
        CreateTime = project.CreateTime.ToTimestamp(),
    };

    public static V1.Wave ToMessage(this Wave wave) => new()
    {
        Name = $"{wave.Name}",
        DisplayName = wave.DisplayName,
        CreateTime = wave.CreateTime.ToTimestamp(),
    };

    public static V1.Batch ToMessage(this Batch batch) => new()
    {
        Name = $"{batch.Name}",
        DisplayName = batch.DisplayName,
        CreateTime = batch.CreateTime.ToTimestamp(),
    };
}

/// <summary>What the audit trail keeps of a project, wave or batch that is deleted.</summary>
/// <param name="Roles">How many roles were held on it and in it, and ended with it.</param>
internal sealed record ScopeDeleted(int Roles);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ScopeDeleted))]
internal sealed partial class ProjectJson : JsonSerializerContext;
