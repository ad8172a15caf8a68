using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Domain.People;

namespace Entitlement.Server.Users;

/// <summary>One of the people of a call, in the place in which it came.</summary>
/// <param name="Field">The request field of it, such as <c>users[3]</c>.</param>
/// <param name="User">Null when it breaks a rule.</param>
/// <param name="Refusal">Which rule; null when it breaks none.</param>
internal sealed record WantedUser(string Field, NewUser? User, EntitlementException? Refusal);

/// <summary>The people who are to be added, and to what.</summary>
/// <param name="Account">Null for people of the system.</param>
/// <param name="Users">In the order of the call.</param>
internal sealed record WantedUsers(AccountName? Account, IReadOnlyList<WantedUser> Users)
{
    private const int MaxUsers = 100;

    public UserScope Scope => Account is null ? UserScope.System : UserScope.Account;

    /// <exception cref="EntitlementException">The call as a whole breaks a rule.</exception>
    public static WantedUsers Parse(V1.CreateUsersRequest request)
    {
        AccountName? account = request.Parent.Length == 0 ? null : AccountName.Parse(request.Parent, "parent");
        if (request.Users.Count is < 1 or > MaxUsers)
        {
            throw Refusal.InvalidArgument("users", $"must be 1 to {MaxUsers}");
        }

        var users = new List<WantedUser>(request.Users.Count);
        foreach (var (place, user) in request.Users.Index())
        {
            users.Add(Parse($"users[{place}]", user, account is null ? V1.UserScope.System : V1.UserScope.Account, users));
        }

        return new WantedUsers(account, users);
    }

    private static WantedUser Parse(string field, V1.User user, V1.UserScope scope, List<WantedUser> before)
    {
        try
        {
            if (user.Scope != V1.UserScope.Unspecified && user.Scope != scope)
            {
                throw Refusal.InvalidArgument($"{field}.scope", "must be that of the parent, or unset");
            }

            var wanted = NewUser.Parse(user.DisplayName, user.Email, user.PhoneNumber, user.ExternalRef, field);
            RequireNew($"{field}.email", before, other => other.Email == wanted.Email);
            RequireNew(
                $"{field}.external_ref", before, other => wanted.ExternalRef is { } own && other.ExternalRef == own);
            return new WantedUser(field, wanted, Refusal: null);
        }
        catch (EntitlementException refusal)
        {
            return new WantedUser(field, User: null, refusal);
        }
    }

    private static void RequireNew(string field, List<WantedUser> before, Predicate<NewUser> isSame)
    {
        if (before.Find(other => other.User is { } user && isSame(user)) is { } first)
        {
            throw Refusal.InvalidArgument(field, $"must not repeat that of {first.Field}");
        }
    }
}
