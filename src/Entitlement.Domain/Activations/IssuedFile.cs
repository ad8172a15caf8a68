namespace Entitlement.Domain.Activations;

/// <summary>A license file as it was signed, so that the same request gets the same bytes again.</summary>
public sealed class IssuedFile
{
    private IssuedFile()
    {
    }

    public Guid AccountId { get; private init; }

    public Guid LicenseId { get; private init; }

    public Guid ActivationId { get; private init; }

    public int Generation { get; private init; }

    /// <summary>The file's own <c>jti</c>.</summary>
    public Guid FileId { get; private init; }

    /// <summary>The signing key, by its <c>kid</c>.</summary>
    public string KeyId { get; private init; } = "";

    public DateTimeOffset IssueTime { get; private init; }

    /// <summary>The whole <c>.lic</c>, ASCII.</summary>
    public byte[] Content { get; private init; } = [];

    public static IssuedFile Create(Activation activation, Guid fileId, string keyId, byte[] content) => new()
    {
        AccountId = activation.AccountId,
        LicenseId = activation.LicenseId,
        ActivationId = activation.Id,
        Generation = activation.Generation,
        FileId = fileId,
        KeyId = keyId,
        IssueTime = activation.UpdateTime,
        Content = content,
    };
}

/// <summary>
/// A license request that was answered: the directory, over all accounts, by which a request that comes again is known.
/// </summary>
public sealed class AnsweredRequest
{
    private AnsweredRequest()
    {
    }

    /// <summary>RFC 7638 thumbprint of the instance key: SHA-256, 32 bytes.</summary>
    public byte[] Thumbprint { get; private init; } = [];

    /// <summary>The request's <c>jti</c>.</summary>
    public Guid Jti { get; private init; }

    /// <summary>SHA-256 of the request's signing input, never of the signature, which anyone can rewrite.</summary>
    public byte[] ContentHash { get; private init; } = [];

    public Guid AccountId { get; private init; }

    public Guid LicenseId { get; private init; }

    public Guid ActivationId { get; private init; }

    /// <summary>Generation of the license file that answered it.</summary>
    public int Generation { get; private init; }

    public static AnsweredRequest Create(Activation activation, Guid jti, byte[] contentHash) => new()
    {
        Thumbprint = activation.Thumbprint,
        Jti = jti,
        ContentHash = contentHash,
        AccountId = activation.AccountId,
        LicenseId = activation.LicenseId,
        ActivationId = activation.Id,
        Generation = activation.Generation,
    };
}
