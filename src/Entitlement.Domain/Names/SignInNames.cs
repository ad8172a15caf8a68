namespace Entitlement.Domain.Names;

/// <summary><c>users/{user}/sessions/{session}</c>.</summary>
public readonly record struct SessionName(Guid UserId, Guid SessionId)
{
    public const string Format = "users/{user}/sessions/{session}";

    /// <inheritdoc cref="ProductName.Parse"/>
    public static SessionName Parse(string text, string field) =>
        NamePattern.TryParse(text, ["users", "sessions"], out var ids)
            ? new(ids[0], ids[1])
            : throw NamePattern.Refuse(field, Format);

    public override string ToString() => $"users/{UserId}/sessions/{SessionId}";
}
