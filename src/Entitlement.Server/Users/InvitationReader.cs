using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.People;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Users;

/// <summary>Reads what people are asked to join.</summary>
internal sealed class InvitationReader(EntitlementDbContext db)
{
    public async Task<(IReadOnlyList<V1.Invitation> Invitations, string NextPageToken)> ListAsync(
        IQueryable<Invitation> invitations, PageRequest page, CancellationToken cancellationToken)
    {
        var rows = await invitations
            .Where(row => row.Id > page.After)
            .OrderBy(row => row.Id)
            .Take(page.Probe)
            .ToListAsync(cancellationToken);
        var (shown, next) = page.Cut(rows, row => row.Id);
        var owners = await NameOwnersAsync(shown, cancellationToken);
        return ([.. shown.Select(row => row.ToMessage(owners[row.OwnerId]))], next);
    }

    /// <exception cref="EntitlementException">There is no such person or invitation any more.</exception>
    public async Task<V1.InviteToProductResponse> TellAsync(string invited, CancellationToken cancellationToken)
    {
        if (!invited.StartsWith("users/", StringComparison.Ordinal))
        {
            var name = InvitationName.Parse(invited, "name");
            var rows = await Of(name).ToListAsync(cancellationToken);
            var owners = await NameOwnersAsync(rows, cancellationToken);

            // One that was answered in this very moment is told by nothing but its name.
            return new V1.InviteToProductResponse
            {
                Invitation = rows.Select(row => row.ToMessage(owners[row.OwnerId])).SingleOrDefault() ?? new V1.Invitation { Name = invited },
            };
        }

        var id = UserName.Parse(invited, "name").UserId;
        var user = await db.Users.SingleOrDefaultAsync(user => user.Id == id, cancellationToken) ?? throw Refusal.NotFound(invited);
        return new V1.InviteToProductResponse { User = user.ToMessage(accounts: null) };
    }

    /// <summary>What the account sent, or the person got.</summary>
    public IQueryable<Invitation> Of(AccountName account) =>
        db.Invitations.Where(row => row.OwnerId == account.AccountId && row.Roles == null);

    /// <summary>What was sent for a product.</summary>
    public IQueryable<Invitation> Of(ProductName product) =>
        db.Invitations.Where(row => row.OwnerId == product.ProductId && row.Roles != null);

    /// <summary>That one, where it is still there.</summary>
    public IQueryable<Invitation> Of(InvitationName name)
    {
        var (isOfProduct, owner, id) = name;
        return db.Invitations.Where(row => row.OwnerId == owner && row.Id == id && (row.Roles != null) == isOfProduct);
    }

    /// <inheritdoc cref="Of(AccountName)"/>
    public IQueryable<Invitation> Of(UserName user) => db.Invitations.Where(row => row.UserId == user.UserId);

    /// <exception cref="EntitlementException">There is no such product.</exception>
    public async Task RequireProductAsync(ProductName name, CancellationToken cancellationToken)
    {
        if (!await db.Products.AnyAsync(product => product.Id == name.ProductId, cancellationToken))
        {
            throw Refusal.NotFound($"{name}");
        }
    }

    /// <summary>What the accounts and products are called that invite.</summary>
    public async Task<Dictionary<Guid, string>> NameOwnersAsync(
        IReadOnlyCollection<Invitation> invitations, CancellationToken cancellationToken)
    {
        var ids = invitations.Select(row => row.OwnerId).Distinct().ToList();
        var names = await db.Accounts
            .Where(account => ids.Contains(account.Id))
            .ToDictionaryAsync(account => account.Id, account => account.DisplayName, cancellationToken);
        foreach (var product in await db.Products.Where(product => ids.Contains(product.Id)).ToListAsync(cancellationToken))
        {
            names.Add(product.Id, product.DisplayName);
        }

        return names;
    }
}
