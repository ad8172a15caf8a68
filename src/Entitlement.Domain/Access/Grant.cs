namespace Entitlement.Domain.Access;

/// <summary>
/// A role that a user, service account or group holds on a scope: what a decision needs of an assignment.
/// </summary>
public readonly record struct Grant
{
    private const long Forever = long.MaxValue;

    private readonly long _until;

    /// <param name="assignmentId">By which it can be named and taken away.</param>
    /// <param name="subjectId">Who holds it: a user, service account or group.</param>
    /// <param name="roleId">Which role; one that is unknown grants nothing.</param>
    /// <param name="scopeId">On what; all zeros for the system.</param>
    /// <param name="until">The first moment at which it is held no more; null for one without an end.</param>
    public Grant(Guid assignmentId, Guid subjectId, string roleId, Guid scopeId, DateTimeOffset? until = null)
    {
        AssignmentId = assignmentId;
        SubjectId = subjectId;
        RoleId = roleId;
        ScopeId = scopeId;
        _until = until?.UtcTicks ?? Forever;
    }

    public Guid AssignmentId { get; }

    public Guid SubjectId { get; }

    public string RoleId { get; }

    public Guid ScopeId { get; }

    /// <summary>The first moment at which it is held no more; null for one without an end.</summary>
    public DateTimeOffset? Until => _until == Forever ? null : new DateTimeOffset(_until, TimeSpan.Zero);

    public bool IsHeld(DateTimeOffset now) => now.UtcTicks < _until;
}
