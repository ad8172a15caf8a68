using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.Projects;

/// <summary>A planned move of an account's licenses to other hardware, split into waves and these into batches.</summary>
public sealed class Project
{
    private Project()
    {
    }

    public Guid Id { get; private init; }

    public Guid AccountId { get; private init; }

    public string DisplayName { get; private init; } = "";

    public DateTimeOffset CreateTime { get; private init; }

    public ProjectName Name => new(AccountId, Id);

    /// <exception cref="EntitlementException">The name breaks a rule.</exception>
    public static Project Create(AccountName account, string displayName, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        AccountId = account.AccountId,
        DisplayName = Text.DisplayName(displayName, "project.display_name"),
        CreateTime = now,
    };
}

/// <summary>A part of a project: what moves in one go.</summary>
public sealed class Wave
{
    private Wave()
    {
    }

    public Guid Id { get; private init; }

    public Guid AccountId { get; private init; }

    public Guid ProjectId { get; private init; }

    public string DisplayName { get; private init; } = "";

    public DateTimeOffset CreateTime { get; private init; }

    public WaveName Name => new(AccountId, ProjectId, Id);

    /// <exception cref="EntitlementException">The name breaks a rule.</exception>
    public static Wave Create(ProjectName project, string displayName, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        AccountId = project.AccountId,
        ProjectId = project.ProjectId,
        DisplayName = Text.DisplayName(displayName, "wave.display_name"),
        CreateTime = now,
    };
}

/// <summary>A part of a wave: what one person carries out.</summary>
public sealed class Batch
{
    private Batch()
    {
    }

    public Guid Id { get; private init; }

    public Guid AccountId { get; private init; }

    public Guid ProjectId { get; private init; }

    public Guid WaveId { get; private init; }

    public string DisplayName { get; private init; } = "";

    public DateTimeOffset CreateTime { get; private init; }

    public BatchName Name => new(AccountId, ProjectId, WaveId, Id);

    /// <exception cref="EntitlementException">The name breaks a rule.</exception>
    public static Batch Create(WaveName wave, string displayName, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        AccountId = wave.AccountId,
        ProjectId = wave.ProjectId,
        WaveId = wave.WaveId,
        DisplayName = Text.DisplayName(displayName, "batch.display_name"),
        CreateTime = now,
    };
}
