using System.Collections.Immutable;

namespace Entitlement.Server.Access.Cache.Shared;

/// <summary>A key that seals what is shared; see <see cref="Entitlement.Storage.Access.AccessCacheKey"/>.</summary>
/// <param name="Id">Stands in what it sealed.</param>
/// <param name="Secret">Never logged.</param>
internal sealed record CacheKey(Guid Id, byte[] Secret)
{
    /// <summary>Without the secret, wherever it is printed.</summary>
    public override string ToString() => $"{Id}";
}

/// <summary>The keys that count.</summary>
/// <param name="Keys">Newest first: that one seals, and each of them is accepted.</param>
internal sealed record CacheKeyRing(ImmutableArray<CacheKey> Keys)
{
    public CacheKey Newest => Keys[0];

    public CacheKey? Find(Guid id) => Keys.FirstOrDefault(key => key.Id == id);
}
