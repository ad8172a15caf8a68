using Entitlement.Domain.Access;

namespace Entitlement.Server.Access.Cache;

/// <summary>Puts together what a decision about one principal rests on.</summary>
internal static class Lines
{
    /// <summary>Deeper than any tree of accounts.</summary>
    private const int MaxDepth = 90;

    /// <summary>An account and all above it, the nearest first; none where there is no such account.</summary>
    /// <param name="reader">Where to look.</param>
    /// <param name="account">Which one.</param>
    /// <param name="who">For whom, should an account be a large one; null while that is not at hand.</param>
    /// <param name="depth">How many are below it.</param>
    /// <returns>Null when something is missing.</returns>
    public static AccountSnapshot[]? FindLine(
        this ref SnapshotReader reader, Guid account, PrincipalSnapshot? who, int depth = 0)
    {
        if (depth > MaxDepth)
        {
            throw new InvalidOperationException($"The accounts above {account} have no end.");
        }

        if (reader.Find<AccountCopy>(new SnapshotKey(SnapshotKind.Account, account)) is not { } copy)
        {
            return null;
        }

        if (copy.Account is not { } own)
        {
            return new AccountSnapshot[depth];
        }

        // Looked for before the line above it is, so that what is missing is loaded together.
        var shares = copy.IsLarge ? FindShares(ref reader, copy.Key, who) : own.Grants;
        var line = own.ParentId is { } parent ? reader.FindLine(parent, who, depth + 1) : new AccountSnapshot[depth + 1];
        if (line is null || shares is null)
        {
            return null;
        }

        line[depth] = copy.IsLarge ? own with { Grants = shares } : own;
        return line;
    }

    /// <summary>What is assigned on a product or the installation.</summary>
    /// <returns>Null when something is missing.</returns>
    public static GrantIndex? FindGrants(this ref SnapshotReader reader, SnapshotKey key, PrincipalSnapshot? who) =>
        reader.Find<GrantsCopy>(key) is not { } copy ? null
        : copy.IsLarge ? FindShares(ref reader, key, who)
        : copy.Grants;

    private static GrantIndex? FindShares(ref SnapshotReader reader, SnapshotKey key, PrincipalSnapshot? who)
    {
        if (who is null)
        {
            return null;
        }

        List<Grant>? grants = [];
        foreach (var holder in who.GroupIds.Add(who.Id))
        {
            if (reader.Find<GrantsCopy>(key.ShareOf(holder)) is { } share)
            {
                grants?.AddRange(share.Grants.Grants);
            }
            else
            {
                grants = null;
            }
        }

        return grants is null ? null : GrantIndex.Create(grants);
    }
}
