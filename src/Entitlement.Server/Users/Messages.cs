using Entitlement.Domain.Names;
using Entitlement.Domain.People;
using Entitlement.Domain.SignIn;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.Users;

/// <summary>People as the contract shows them.</summary>
internal static class Messages
{
    /// <param name="user">The person.</param>
    /// <param name="accounts">Of which the person is a member; null where the caller is not to know.</param>
    public static V1.User ToMessage(this User user, IReadOnlyCollection<Guid>? accounts)
    {
        var message = new V1.User
        {
            Name = $"{user.Name}",
            DisplayName = user.DisplayName,
            Email = user.Email ?? "",
            PhoneNumber = user.PhoneNumber ?? "",
            ExternalRef = user.ExternalRef ?? "",
            Scope = user.Scope.ToMessage(),
            IsEnabled = user.IsEnabled,
            IsDefaultAdministrator = user.IsDefaultAdministrator,
            CreateTime = user.CreateTime.ToTimestamp(),
            EraseTime = user.EraseTime?.ToTimestamp(),
        };
        if (accounts is not null)
        {
            message.PrimaryAccount = NameOf(user.PrimaryAccountId);
            message.Accounts.Add(accounts.Select(account => NameOf(account)));
        }

        return message;
    }

    /// <param name="user">The person.</param>
    /// <param name="account">Null for people of the system.</param>
    /// <param name="roles">Ids of the roles held there.</param>
    /// <param name="since">Since when the person belongs to it.</param>
    public static V1.Member ToMember(
        this User user, AccountName? account, IEnumerable<string> roles, DateTimeOffset since) => new()
        {
            Name = account is { } one ? $"{new MemberName(one.AccountId, user.Id)}" : "",
            User = $"{user.Name}",
            DisplayName = user.DisplayName,
            Email = user.Email ?? "",
            PhoneNumber = user.PhoneNumber ?? "",
            IsEnabled = user.IsEnabled,
            IsPrimary = account is { } it && user.PrimaryAccountId == it.AccountId,
            Roles = { roles.Select(role => $"{new RoleName(role)}") },
            CreateTime = since.ToTimestamp(),
        };

    /// <param name="invitation">The invitation.</param>
    /// <param name="owner">What the account or product is called.</param>
    public static V1.Invitation ToMessage(this Invitation invitation, string owner) => new()
    {
        Name = $"{invitation.Name}",
        AccountDisplayName = invitation.IsOfProduct ? "" : owner,
        ProductDisplayName = invitation.IsOfProduct ? owner : "",
        Roles = { invitation.ListRoles().Select(role => $"{role}") },
        Email = invitation.Email,
        CreateTime = invitation.CreateTime.ToTimestamp(),
        ExpireTime = invitation.ExpireTime.ToTimestamp(),
    };

    public static V1.ExternalIdentity ToMessage(this ExternalIdentity identity) => new()
    {
        Issuer = identity.Issuer,
        Subject = identity.Subject,
        CreateTime = identity.CreateTime.ToTimestamp(),
    };

    /// <returns>Empty for none.</returns>
    public static string NameOf(Guid? account) => account is { } id ? $"{new AccountName(id)}" : "";

    private static V1.UserScope ToMessage(this UserScope scope) => scope switch
    {
        UserScope.Account => V1.UserScope.Account,
        UserScope.System => V1.UserScope.System,
    };
}
