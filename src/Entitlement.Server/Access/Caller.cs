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

    /// <summary>What proves it; null for those about whom nothing is kept.</summary>
    public Proof? ProvenBy { get; init; }

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
        public Guid? SessionId => ProvenBy is { Kind: ProofKind.Session, Id: var session } ? session : null;

        public override string Actor => $"users/{Id}";
    }
}

/// <summary>That a caller is who it says it is.</summary>
/// <param name="Kind">By what.</param>
/// <param name="Id">Which one: the id of the key or session, or the digest of the issuer's subject.</param>
/// <param name="At">The version of the clock of access at which it held.</param>
internal readonly record struct Proof(ProofKind Kind, Guid Id, long At);

/// <summary>What proves callers.</summary>
internal enum ProofKind
{
    /// <summary>An API key of a service account.</summary>
    ApiKey,

    /// <summary>A session of a person.</summary>
    Session,

    /// <summary>A token by which an issuer names a subject that is linked with a person.</summary>
    Identity,
}
