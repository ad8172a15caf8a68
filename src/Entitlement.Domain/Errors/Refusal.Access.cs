using Entitlement.Domain.Names;

namespace Entitlement.Domain.Errors;

/// <summary>Refusals about people, roles and the tree of accounts.</summary>
public static partial class Refusal
{
    public static EntitlementException DefaultAdministrator(UserName user) =>
        new(FailureReason.DefaultAdministrator,
            $"{user} is a default administrator of the system, who can't be switched off, erased or left without the role. "
            + "Make another one on the server with 'admin create', if this one is lost.",
            ("user", $"{user}"));

    public static EntitlementException InvitationExpired(InvitationName invitation, DateTimeOffset at) =>
        new(FailureReason.InvitationExpired,
            $"{invitation} could be accepted until {Text(at)}. Ask for another one.",
            ("invitation", $"{invitation}"), ("expire_time", Text(at)));

    public static EntitlementException InvitationVoid(InvitationName invitation) =>
        new(FailureReason.InvitationVoid,
            $"Whoever sent {invitation} may not give the roles any more that it promises. Ask the product's administrator for another one.",
            ("invitation", $"{invitation}"));

    public static EntitlementException EmailTaken(string field) =>
        new(FailureReason.EmailTaken, $"{field} is somebody's already. Choose another address.", ("field", field));

    public static EntitlementException CustomerNumberTaken(string customerNumber) =>
        new(FailureReason.CustomerNumberTaken,
            $"Another account has the customer number {customerNumber}. Choose another, or use that account.",
            ("customer_number", customerNumber));

    public static EntitlementException AccountCircle(AccountName account, AccountName parent) =>
        new(FailureReason.AccountCircle,
            $"{account} can't be moved below {parent}, which is {account} itself or below it.",
            ("account", $"{account}"), ("parent", $"{parent}"));

    public static EntitlementException AccountTooDeep(AccountName parent, int maxDepth) =>
        new(FailureReason.AccountTooDeep,
            $"Below {parent} more than {maxDepth} accounts would stand one below the other. Choose an account further up.",
            ("parent", $"{parent}"), ("max_depth", Text(maxDepth)));

    /// <param name="role">The role.</param>
    /// <param name="scope">Where it was to be given or taken; empty for the system.</param>
    /// <param name="contacts">Who may; null when nobody is known.</param>
    public static EntitlementException RoleNotAssignable(RoleName role, string scope, AccessContacts? contacts) =>
        new(FailureReason.RoleNotAssignable,
            $"You may not give or take {role} on {Place(scope)}: no role of yours lists it among those that it assigns. {Advice(contacts)}",
            [("role", $"{role}"), ("scope", scope), .. MetadataOf(contacts)])
        {
            Contacts = contacts,
        };

    /// <param name="role">The role.</param>
    /// <param name="scope">Where it was to be given; empty for the system.</param>
    /// <param name="rule">What stands in the way, to follow the role's name.</param>
    public static EntitlementException RoleNotAllowed(RoleName role, string scope, string rule) =>
        new(FailureReason.RoleNotAllowed,
            $"{role} can't be given on {Place(scope)}: it {rule}.",
            ("role", $"{role}"), ("scope", scope), ("rule", rule));

    public static EntitlementException LastAdministrator() =>
        new(FailureReason.LastAdministrator,
            "That would leave the system without an administrator who can call. Give another one the role first.");

    public static EntitlementException RoleInUse(RoleName role, int assignments) =>
        new(FailureReason.RoleInUse,
            $"{role} is assigned {assignments} times. Take it from all of them first.",
            ("role", $"{role}"), ("assignments", Text(assignments)));

    public static EntitlementException RoleBuiltIn(RoleName role) =>
        new(FailureReason.RoleBuiltIn,
            $"{role} comes with the service and can't be changed or deleted. Make a role of your own.", ("role", $"{role}"));

    public static EntitlementException RoleTaken(RoleName role) =>
        new(FailureReason.RoleTaken, $"There is {role} already. Choose another id.", ("role", $"{role}"));

    public static EntitlementException GroupBuiltIn(GroupName group) =>
        new(FailureReason.GroupBuiltIn, $"{group} comes with the service and can't be renamed or deleted. Make a group of your own.",
            ("group", $"{group}"));

    private static string Advice(AccessContacts? contacts) => contacts switch
    {
        null => "Ask whoever runs this service for it.",
        { Account: null, People: [var person, ..] } => $"Ask {person.DisplayName} <{person.Email}>, who administers this service.",
        { Account: { } account, People: [var person, ..] } =>
            $"Ask {person.DisplayName} <{person.Email}>, who gives access to {account}.",
        _ => throw new ArgumentException("Nobody is no contact.", nameof(contacts)),
    };

    private static IEnumerable<(string Key, string Value)> MetadataOf(AccessContacts? contacts)
    {
        if (contacts is null)
        {
            yield break;
        }

        yield return ("contact", $"{contacts.People[0].Name}");
        yield return ("contact_name", contacts.People[0].DisplayName);
        yield return ("contact_email", contacts.People[0].Email);
        if (contacts.Account is { } account)
        {
            yield return ("contact_account", $"{account}");
        }
    }

    private static string Place(string scope) => scope.Length == 0 ? "the system" : scope;
}
