using Entitlement.Formats;

namespace Entitlement.Server.Signing;

/// <summary>
/// The newest list of revoked signing keys that this server knows: the same for all servers of a database, but for the
/// few seconds until each has read it. What holds in every transaction is kept beside it, as
/// <see cref="Domain.Signing.IssuingStop"/>.
/// </summary>
internal sealed class KeyRevocations
{
    private volatile Known _known = new(List: null, ReadOnlyMemory<byte>.Empty);

    /// <summary>Null while no list was ever published.</summary>
    public RevokedKeyList? List => _known.List;

    /// <summary>The whole <c>.krl</c> as the root signed it; empty while no list was ever published.</summary>
    public ReadOnlyMemory<byte> File => _known.File;

    /// <summary>0 while no list was ever published.</summary>
    public long Number => List?.Number ?? 0;

    public bool Revokes(string keyId) => List?.Revokes(keyId) == true;

    /// <summary>Takes a list over, unless the one at hand is as new.</summary>
    /// <returns>Whether it was taken over.</returns>
    public bool Learn(RevokedKeyList list, ReadOnlyMemory<byte> file)
    {
        var known = _known;
        while (known.List is null || known.List.Number < list.Number)
        {
            var before = Interlocked.CompareExchange(ref _known, new Known(list, file), known);
            if (before == known)
            {
                return true;
            }

            known = before;
        }

        return false;
    }

    private sealed record Known(RevokedKeyList? List, ReadOnlyMemory<byte> File);
}
