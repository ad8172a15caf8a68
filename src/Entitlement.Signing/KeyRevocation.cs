using System.Collections.Immutable;
using Entitlement.Formats;

namespace Entitlement.Signing;

/// <summary>Revokes signing keys, on the machine with the root: makes the next list (<c>.krl</c>).</summary>
public static class KeyRevocation
{
    /// <summary>The list that follows one: all that it revoked, and more.</summary>
    /// <param name="directory">Holds <c>root.key.pem</c> and <c>root.pem</c>.</param>
    /// <param name="previous">The newest list of this root, as a file; null when there was none.</param>
    /// <param name="keyIds">
    /// Each <c>kid</c> to revoke; one that is revoked already keeps its time. None renews the list.
    /// </param>
    /// <param name="nextUpdate">When the list after this one is due.</param>
    /// <param name="now">The time.</param>
    /// <returns>The whole file.</returns>
    /// <exception cref="KeyStoreException">The root can't be used.</exception>
    /// <exception cref="FileFormatException">
    /// The previous list is none of this root, or what is to be revoked is no <c>kid</c>.
    /// </exception>
    public static byte[] Revoke(
        string directory, byte[]? previous, IEnumerable<string> keyIds, DateTimeOffset nextUpdate, DateTimeOffset now)
    {
        var (root, rootKey) = RootKeys.Read(directory);
        using (root)
        using (rootKey)
        {
            var list = previous is null ? null : RevokedKeyList.Read(previous, [root]);
            var keys = (list?.Keys ?? ImmutableArray<RevokedKey>.Empty)
                .Concat(keyIds.Select(keyId => new RevokedKey(keyId, now)))
                .DistinctBy(key => key.KeyId, StringComparer.Ordinal);
            return RevokedKeyList.Write((list?.Number ?? 0) + 1, now, nextUpdate, keys, rootKey);
        }
    }
}
