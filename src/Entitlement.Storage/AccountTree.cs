using Entitlement.Domain.Accounts;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Storage.Access;
using Entitlement.Storage.Directories;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Storage;

/// <summary>
/// Keeps the tree of accounts and its second form, <see cref="AccountAncestor"/>, alike. Whoever changes the tree locks it first:
/// two moves that are each allowed could make a circle together.
/// </summary>
public static class AccountTree
{
    /// <summary>Adds a new account below its parent, with its entries in the directories.</summary>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.NotFound"/>: there is no such parent; <see cref="FailureReason.AccountTooDeep"/>.
    /// </exception>
    public static async Task AddAccountAsync(this EntitlementDbContext db, Account account, CancellationToken cancellationToken)
    {
        db.Accounts.Add(account);
        db.AccountAncestors.Add(AccountAncestor.Of(account.Id, account.Id, distance: 0));
        if (CustomerNumberEntry.For(account) is { } number)
        {
            db.CustomerNumberEntries.Add(number);
        }

        if (ExternalRefEntry.For(account) is { } reference)
        {
            db.ExternalRefEntries.Add(reference);
        }

        if (account.ParentId is not { } parent)
        {
            return;
        }

        await db.LockAccessAsync(cancellationToken);
        var above = await db.ListAncestorsAsync(parent, cancellationToken);
        if (above.Count == 0)
        {
            throw Refusal.NotFound($"{new AccountName(parent)}");
        }

        RequireDepth(new AccountName(parent), above.Count + 1);
        db.AccountAncestors.AddRange(above.Select(row => AccountAncestor.Of(account.Id, row.AncestorId, row.Distance + 1)));
    }

    /// <summary>Moves an account, with all below it, to another place. The account itself is changed by the caller.</summary>
    /// <param name="db">The context of the transaction; its rows are written at once.</param>
    /// <param name="account">The account that moves.</param>
    /// <param name="parent">The account right above it from now on; null for the top.</param>
    /// <param name="cancellationToken">Stops before the next statement.</param>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.NotFound"/>: there is no such parent; <see cref="FailureReason.AccountCircle"/>;
    /// <see cref="FailureReason.AccountTooDeep"/>.
    /// </exception>
    public static async Task MoveAccountAsync(
        this EntitlementDbContext db, AccountName account, AccountName? parent, CancellationToken cancellationToken)
    {
        await db.LockAccessAsync(cancellationToken);
        var below = await db.AccountAncestors
            .Where(row => row.AncestorId == account.AccountId)
            .ToListAsync(cancellationToken);
        var above = await db.ListAncestorsAsync(parent?.AccountId ?? Guid.Empty, cancellationToken);
        if (parent is { } wanted)
        {
            RequirePlace(account, wanted, above, below);
        }

        var moving = below.Select(row => row.AccountId).ToList();
        db.AccountAncestors.RemoveRange(await db.AccountAncestors
            .Where(row => moving.Contains(row.AccountId) && !moving.Contains(row.AncestorId))
            .ToListAsync(cancellationToken));
        await db.SaveChangesAsync(cancellationToken);
        db.AccountAncestors.AddRange(below.SelectMany(_ => above, (low, high) =>
            AccountAncestor.Of(low.AccountId, high.AncestorId, low.Distance + high.Distance + 1)));
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>The account itself and those above it, the nearest first; none where there is no such account.</summary>
    public static async Task<IReadOnlyList<AccountAncestor>> ListAncestorsAsync(
        this EntitlementDbContext db, Guid account, CancellationToken cancellationToken) =>
        await db.AccountAncestors
            .AsNoTracking()
            .Where(row => row.AccountId == account)
            .OrderBy(row => row.Distance)
            .ToListAsync(cancellationToken);

    private static void RequirePlace(
        AccountName account, AccountName parent, IReadOnlyList<AccountAncestor> above, List<AccountAncestor> below)
    {
        if (above.Count == 0)
        {
            throw Refusal.NotFound($"{parent}");
        }

        if (above.Any(row => row.AncestorId == account.AccountId))
        {
            throw Refusal.AccountCircle(account, parent);
        }

        RequireDepth(parent, above.Count + below.Max(row => row.Distance) + 1);
    }

    private static void RequireDepth(AccountName parent, int depth)
    {
        if (depth > Account.MaxDepth)
        {
            throw Refusal.AccountTooDeep(parent, Account.MaxDepth);
        }
    }
}
