namespace Entitlement.Domain.Signing;

/// <summary>
/// That no license file may be issued: none at all, or none that one key signs. It counts in every transaction that
/// issues, for as long as its row stands.
/// </summary>
public sealed class IssuingStop
{
    /// <summary>The scope of the halt switch. No <c>kid</c> is written so.</summary>
    public const string Everything = "*";

    private IssuingStop()
    {
    }

    /// <summary><see cref="Everything"/>, or the <c>kid</c> of a revoked signing key.</summary>
    public string Scope { get; private init; } = "";

    public DateTimeOffset StopTime { get; private init; }

    /// <summary>Who stopped it, as the audit trail names them.</summary>
    public string Actor { get; private init; } = "";

    /// <summary>In the words of whoever stopped it; for administrators, never told to products.</summary>
    public string Reason { get; private init; } = "";

    /// <summary>Stops all issuing.</summary>
    public static IssuingStop Halt(string actor, string reason, DateTimeOffset now) => new()
    {
        Scope = Everything,
        StopTime = now,
        Actor = actor,
        Reason = reason,
    };

    /// <summary>Stops what a revoked key would sign.</summary>
    public static IssuingStop Revoke(string keyId, string actor, string reason, DateTimeOffset now) => new()
    {
        Scope = keyId,
        StopTime = now,
        Actor = actor,
        Reason = reason,
    };
}
