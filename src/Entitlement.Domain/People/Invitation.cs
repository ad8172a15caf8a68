using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.People;

/// <summary>
/// The wish to have somebody who is known to the service already as a member of an account, or with roles on a product. The person
/// decides; until then whoever invites learns nothing about the person.
/// </summary>
public sealed class Invitation
{
    /// <summary>How long the person has to decide.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>Longest text of roles: 20 of them.</summary>
    public const int MaxRolesLength = 2_000;

    /// <summary>Longest name of who invites.</summary>
    public const int MaxInvitedByLength = 64;

    private Invitation()
    {
    }

    /// <summary>The account that invites, or the product.</summary>
    public Guid OwnerId { get; private init; }

    public Guid Id { get; private init; }

    public Guid UserId { get; private init; }

    /// <summary>As the account wrote it, whatever address the person has since.</summary>
    public string Email { get; private init; } = "";

    /// <summary>What the person is to hold on the product: ids with a space between. Null where an account invites.</summary>
    public string? Roles { get; private init; }

    /// <summary>Who invites to a product, as in the audit trail; null where an account invites.</summary>
    public string? InvitedBy { get; private init; }

    public DateTimeOffset CreateTime { get; private init; }

    public DateTimeOffset ExpireTime { get; private init; }

    public bool IsOfProduct => Roles is not null;

    public InvitationName Name => new(IsOfProduct, OwnerId, Id);

    /// <param name="account">The account that invites.</param>
    /// <param name="user">Who has the address.</param>
    /// <param name="email">As <see cref="EmailAddress"/> writes it.</param>
    /// <param name="now">When.</param>
    public static Invitation Send(Guid account, Guid user, string email, DateTimeOffset now) => new()
    {
        OwnerId = account,
        Id = Guid.CreateVersion7(now),
        UserId = user,
        Email = email,
        CreateTime = now,
        ExpireTime = now + Lifetime,
    };

    /// <param name="product">The product.</param>
    /// <param name="roles">What the person is to hold on it; at least one.</param>
    /// <param name="invitedBy">Who invites, as in the audit trail.</param>
    /// <param name="user">Who has the address.</param>
    /// <param name="email">As <see cref="EmailAddress"/> writes it.</param>
    /// <param name="now">When.</param>
    public static Invitation Send(
        Guid product, IEnumerable<RoleName> roles, string invitedBy, Guid user, string email, DateTimeOffset now) => new()
        {
            OwnerId = product,
            Id = Guid.CreateVersion7(now),
            UserId = user,
            Email = email,
            Roles = string.Join(' ', roles.Select(role => role.RoleId)),
            InvitedBy = invitedBy,
            CreateTime = now,
            ExpireTime = now + Lifetime,
        };

    /// <summary>What the person is to hold; nothing where an account invites.</summary>
    public IReadOnlyList<RoleName> ListRoles() =>
        [.. (Roles ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => new RoleName(id))];

    /// <exception cref="EntitlementException"><see cref="FailureReason.InvitationExpired"/>.</exception>
    public void RequireOpen(DateTimeOffset now)
    {
        if (now >= ExpireTime)
        {
            throw Refusal.InvitationExpired(Name, ExpireTime);
        }
    }
}
