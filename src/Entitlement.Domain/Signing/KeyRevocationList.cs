namespace Entitlement.Domain.Signing;

/// <summary>A list of revoked signing keys (<c>.krl</c>) that was published; the one with the highest number counts.</summary>
public sealed class KeyRevocationList
{
    private KeyRevocationList()
    {
    }

    /// <summary>The claim <c>number</c>, which rises with each list.</summary>
    public long Number { get; private init; }

    /// <summary>The whole file, as the root key signed it.</summary>
    public byte[] Content { get; private init; } = [];

    public DateTimeOffset PublishTime { get; private init; }

    public static KeyRevocationList Create(long number, byte[] content, DateTimeOffset now) => new()
    {
        Number = number,
        Content = content,
        PublishTime = now,
    };
}
