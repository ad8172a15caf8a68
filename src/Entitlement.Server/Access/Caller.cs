using Entitlement.Server.Access.Cache;

namespace Entitlement.Server.Access;

/// <summary>Who calls.</summary>
internal abstract record Caller
{
    private Caller()
    {
    }

    /// <summary>For the log and the audit trail: what kind of caller it is, and its id where it has one; never a secret.</summary>
    public abstract string Actor { get; }

    /// <summary>How fresh all decisions about this call must be.</summary>
    public Freshness Freshness { get; init; }

    /// <summary>The API key or session that proves it; null where something else does.</summary>
    public Guid? CredentialId { get; init; }

    /// <summary>The version of the clock of access at which the credential held.</summary>
    public long ProvenAt { get; init; }

    /// <summary>Somebody without credentials: an installed product, which proves itself by what it hands in, or anybody.</summary>
    internal sealed record Anonymous : Caller
    {
        public static readonly Anonymous Instance = new();

        public override string Actor => "anonymous";
    }

    /// <summary>The owner of the machine of an embedded default that has no administrator yet.</summary>
    internal sealed record BootstrapAdministrator : Caller
    {
        public static readonly BootstrapAdministrator Instance = new();

        public override string Actor => "bootstrap";
    }

    /// <summary>A portal or a script, known by an API key of its service account.</summary>
    internal sealed record ServiceAccount(Guid Id) : Caller
    {
        public override string Actor => $"serviceAccounts/{Id}";
    }

    /// <summary>A person.</summary>
    internal sealed record User(Guid Id) : Caller
    {
        /// <summary>The session whose token proves it; null where another token does.</summary>
        public Guid? SessionId => CredentialId;

        public override string Actor => $"users/{Id}";
    }
}
