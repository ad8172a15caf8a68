using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.Notifications;
using Entitlement.Domain.People;
using Entitlement.Domain.Products;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Roles;
using Entitlement.Storage.Access;
using Entitlement.Storage.Directories;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Users;

/// <summary>
/// Somebody who is to hold roles on a product. Who is new here holds them at once and belongs to no account; who is known already is
/// asked, and until the answer the inviter learns nothing.
/// </summary>
internal sealed class ProductInviting
{
    private const int MaxRoles = 20;

    private readonly ProductName _product;
    private readonly NewUser _wanted;
    private readonly RoleName[] _roles;
    private readonly ResourcePath _scope;

    private ProductInviting(ProductName product, NewUser wanted, RoleName[] roles, ResourcePath scope) =>
        (_product, _wanted, _roles, _scope) = (product, wanted, roles, scope);

    /// <exception cref="EntitlementException">The request breaks a rule that needs nobody to be told.</exception>
    public static ProductInviting Parse(V1.InviteToProductRequest request)
    {
        var product = ProductName.Parse(request.Name, "name");
        var user = request.User ?? throw Refusal.InvalidArgument("user", "is required");
        if (request.Roles.Count is < 1 or > MaxRoles)
        {
            throw Refusal.InvalidArgument("roles", $"must be 1 to {MaxRoles}");
        }

        _ = ResourcePath.TryParse($"{product}", out var scope);
        return new ProductInviting(
            product,
            NewUser.Parse(user.DisplayName, user.Email, user.PhoneNumber, "", "user"),
            [.. request.Roles.Select(role => RoleName.Parse(role, "roles")).Distinct()],
            scope!);
    }

    /// <exception cref="EntitlementException">There is no such product, or the caller may not give one of the roles.</exception>
    public async Task<Outcome> RunAsync(Change change, RoleGiver giver, Caller caller, CancellationToken cancellationToken)
    {
        await giver.RequireGivableAsync(change, caller, _scope, _roles, cancellationToken);
        var product = await change.Db.Products.AsNoTracking().SingleAsync(row => row.Id == _product.ProductId, cancellationToken);

        // Whoever takes the address between this look and the commit is stopped by its key, and found here then.
        var known = await change.Db.EmailEntries
            .Where(entry => entry.Email == _wanted.Email)
            .Select(entry => (Guid?)entry.UserId)
            .SingleOrDefaultAsync(cancellationToken);
        return known is { } person
            ? await InviteAsync(change, person, product, cancellationToken)
            : await CreateAsync(change, giver, caller, product, cancellationToken);
    }

    private async Task<Outcome> InviteAsync(Change change, Guid person, Product product, CancellationToken cancellationToken)
    {
        var db = change.Db;
        if (await db.RoleAssignments.AnyAsync(one => one.SubjectId == person && one.ScopeId == product.Id, cancellationToken))
        {
            return new Outcome($"{new UserName(person)}", Existed: true);
        }

        var standing = await db.Invitations.SingleOrDefaultAsync(
            row => row.OwnerId == product.Id && row.UserId == person, cancellationToken);
        if (standing is not null && change.Now < standing.ExpireTime)
        {
            return new Outcome($"{standing.Name}", Existed: true);
        }

        if (standing is not null)
        {
            db.Remove(standing);
        }

        var invitation = Invitation.Send(product.Id, _roles, change.Actor, person, _wanted.Email, change.Now);
        db.Add(invitation);
        change.Audit(account: null, "invitation.send", $"{invitation.Name}");
        var mail = await InvitationMail.LoadAsync(db, [person], change.Now, cancellationToken);
        mail.Send(change, invitation, MessageContent.ProductInvitation(product.DisplayName, invitation));
        return new Outcome($"{invitation.Name}", Existed: false);
    }

    private async Task<Outcome> CreateAsync(
        Change change, RoleGiver giver, Caller caller, Product product, CancellationToken cancellationToken)
    {
        var user = User.Create(_wanted, UserScope.Account, account: null, change.Now);
        change.Db.AddRange(user, EmailEntry.For(user));
        change.Audit(account: null, "user.create", $"{user.Name}");
        change.Touch(AccessThing.Principal, user.Id);
        change.Send(
            new Recipient(user.Id, _wanted.Email, user.DisplayName),
            MessageContent.Welcome(product.DisplayName, customerNumber: null, user.PhoneNumber));
        await change.Db.SaveChangesAsync(cancellationToken);
        var subject = new Subject(PrincipalKind.User, user.Id, $"{user.Name}");
        await giver.GiveAsync(
            change,
            caller,
            _scope,
            [.. _roles.Select(role => new WantedRole(subject, role, Until: null))],
            Permission.AccessManage,
            cancellationToken);
        return new Outcome($"{user.Name}", Existed: false);
    }
}
