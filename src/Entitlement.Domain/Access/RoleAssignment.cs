using Entitlement.Domain.Names;

namespace Entitlement.Domain.Access;

/// <summary>That a principal or a group holds a role on a scope, and so on everything below it.</summary>
public sealed class RoleAssignment
{
    /// <summary>Longest name of a scope: four collections with a UUID each.</summary>
    public const int MaxScopeNameLength = 256;

    private RoleAssignment()
    {
    }

    public Guid Id { get; private init; }

    public PrincipalKind SubjectKind { get; private init; }

    public Guid SubjectId { get; private init; }

    public string RoleId { get; private init; } = "";

    public ScopeKind ScopeKind { get; private init; }

    /// <summary>The nil UUID for the system.</summary>
    public Guid ScopeId { get; private init; }

    /// <summary>The scope's resource name; empty for the system.</summary>
    public string ScopeName { get; private init; } = "";

    /// <summary>The account that the scope is or belongs to; null for the system and for a product.</summary>
    public Guid? AccountId { get; private init; }

    public DateTimeOffset CreateTime { get; private init; }

    /// <summary>From when on it grants nothing; null for never.</summary>
    public DateTimeOffset? ExpireTime { get; private init; }

    public Scope Scope => new(ScopeKind, ScopeId);

    public RoleAssignmentName Name => new(Id);

    public static RoleAssignment Create(
        PrincipalKind subjectKind,
        Guid subject,
        string role,
        ResourcePath scope,
        DateTimeOffset? expireTime,
        DateTimeOffset now) => new()
        {
            Id = Guid.CreateVersion7(now),
            SubjectKind = subjectKind,
            SubjectId = subject,
            RoleId = role,
            ScopeKind = scope.Scope.Kind,
            ScopeId = scope.Scope.Id,
            ScopeName = scope.ScopeName,
            AccountId = scope.AccountId,
            CreateTime = now,
            ExpireTime = expireTime,
        };
}
