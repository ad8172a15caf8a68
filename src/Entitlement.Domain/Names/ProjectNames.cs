namespace Entitlement.Domain.Names;

/// <summary><c>accounts/{account}/projects/{project}</c>.</summary>
public readonly record struct ProjectName(Guid AccountId, Guid ProjectId)
{
    public const string Format = "accounts/{account}/projects/{project}";

    /// <inheritdoc cref="ProductName.Parse"/>
    public static ProjectName Parse(string text, string field) =>
        NamePattern.TryParse(text, ["accounts", "projects"], out var ids)
            ? new(ids[0], ids[1])
            : throw NamePattern.Refuse(field, Format);

    public override string ToString() => $"accounts/{AccountId}/projects/{ProjectId}";
}

/// <summary><c>accounts/{account}/projects/{project}/waves/{wave}</c>.</summary>
public readonly record struct WaveName(Guid AccountId, Guid ProjectId, Guid WaveId)
{
    public const string Format = "accounts/{account}/projects/{project}/waves/{wave}";

    /// <inheritdoc cref="ProductName.Parse"/>
    public static WaveName Parse(string text, string field) =>
        NamePattern.TryParse(text, ["accounts", "projects", "waves"], out var ids)
            ? new(ids[0], ids[1], ids[2])
            : throw NamePattern.Refuse(field, Format);

    public override string ToString() => $"accounts/{AccountId}/projects/{ProjectId}/waves/{WaveId}";
}

/// <summary><c>accounts/{account}/projects/{project}/waves/{wave}/batches/{batch}</c>.</summary>
public readonly record struct BatchName(Guid AccountId, Guid ProjectId, Guid WaveId, Guid BatchId)
{
    public const string Format = "accounts/{account}/projects/{project}/waves/{wave}/batches/{batch}";

    /// <inheritdoc cref="ProductName.Parse"/>
    public static BatchName Parse(string text, string field) =>
        NamePattern.TryParse(text, ["accounts", "projects", "waves", "batches"], out var ids)
            ? new(ids[0], ids[1], ids[2], ids[3])
            : throw NamePattern.Refuse(field, Format);

    public override string ToString() => $"accounts/{AccountId}/projects/{ProjectId}/waves/{WaveId}/batches/{BatchId}";
}
