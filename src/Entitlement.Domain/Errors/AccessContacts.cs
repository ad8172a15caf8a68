using Entitlement.Domain.Names;

namespace Entitlement.Domain.Errors;

/// <summary>Whom somebody who is refused should ask.</summary>
/// <param name="Account">The account for which they answer; null when they answer for the whole installation.</param>
/// <param name="People">At least one.</param>
public sealed record AccessContacts(AccountName? Account, IReadOnlyList<AccessContact> People);

/// <summary>Somebody who may give access.</summary>
/// <param name="Name">Who it is.</param>
/// <param name="DisplayName">The person's full name.</param>
/// <param name="Email">The person's mail address.</param>
public sealed record AccessContact(UserName Name, string DisplayName, string Email);
