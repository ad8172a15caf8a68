namespace Entitlement.Domain.Signing;

/// <summary>
/// A signing key that was published. It stays for good, because a license file that it signed may be out there for as
/// long as its license lasts.
/// </summary>
public sealed class PublishedKey
{
    private PublishedKey()
    {
    }

    /// <summary>The key's <c>kid</c>.</summary>
    public string KeyId { get; private init; } = "";

    /// <summary>Its certificate, X.509 in DER.</summary>
    public byte[] Certificate { get; private init; } = [];

    public DateTimeOffset PublishTime { get; private init; }

    public static PublishedKey Create(string keyId, byte[] certificate, DateTimeOffset now) => new()
    {
        KeyId = keyId,
        Certificate = certificate,
        PublishTime = now,
    };
}
