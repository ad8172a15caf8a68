namespace Entitlement.Domain.Names;

/// <summary>The name of a service account and <c>/apiKeys/{api_key}</c>.</summary>
public readonly record struct ApiKeyName(ServiceAccountName Owner, Guid KeyId)
{
    public const string Format = "the name of a service account and /apiKeys/{api_key}";

    private const string Collection = "/apiKeys/";

    /// <inheritdoc cref="ProductName.Parse"/>
    public static ApiKeyName Parse(string text, string field)
    {
        var end = text.LastIndexOf(Collection, StringComparison.Ordinal);
        return end > 0 && NamePattern.TryParseUuid(text.AsSpan(end + Collection.Length), out var key)
            ? new(ServiceAccountName.Parse(text[..end], field), key)
            : throw NamePattern.Refuse(field, Format);
    }

    public override string ToString() => $"{Owner}{Collection}{KeyId}";
}
