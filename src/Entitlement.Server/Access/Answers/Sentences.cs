using System.Globalization;
using Entitlement.Domain.Access;
using Entitlement.V1;
using AccessSource = Entitlement.Domain.Access.AccessSource;
using HeldRole = Entitlement.V1.HeldRole;
using Permission = Entitlement.Domain.Access.Permission;

namespace Entitlement.Server.Access.Answers;

/// <summary>An explanation as a supporter reads it to a customer: names and no ids.</summary>
internal static class Sentences
{
    /// <summary>Of many reasons the nearest say enough.</summary>
    private const int MaxTold = 3;

    /// <param name="told">The explanation without its sentences.</param>
    /// <param name="permission">What was asked for.</param>
    /// <param name="explanation">What it rests on.</param>
    /// <param name="isOwn">Whether the one who asks is the one who is asked about.</param>
    public static IEnumerable<string> Of(
        PermissionExplanation told, Permission permission, AccessExplanation explanation, bool isOwn)
    {
        var who = isOwn ? "You" : "They";
        yield return $"{who} {(told.Allowed ? "may" : "may not")} {permission.ToPhrase()} here.";
        foreach (var sentence in told.Allowed ? Reasons(told, explanation, who) : Lacks(told, explanation, who))
        {
            yield return sentence;
        }
    }

    private static IEnumerable<string> Reasons(PermissionExplanation told, AccessExplanation explanation, string who)
    {
        if (explanation.Decision.Source == AccessSource.OwnPerson)
        {
            yield return "Everybody may, where it is about themselves.";
        }

        foreach (var role in told.Roles.Take(MaxTold))
        {
            var end = role.ExpireTime is { } until ? $", until {Time(until.ToDateTimeOffset())}" : "";
            yield return $"{who} hold the role {Name(role)} {Place(role)}{Through(role)}{end}.";
        }

        if (told.Roles.Count > MaxTold)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture, $"{told.Roles.Count - MaxTold} more roles give it as well.");
        }

        if (explanation.Policy is not null)
        {
            yield return "The account gives it to every member.";
        }
    }

    private static IEnumerable<string> Lacks(PermissionExplanation told, AccessExplanation explanation, string who)
    {
        if (explanation.Decision.Source == AccessSource.SwitchedOff)
        {
            yield return "Nobody of this name is switched on: whatever was given to it counts for nothing.";
            yield break;
        }

        foreach (var role in told.EndedRoles.Take(MaxTold))
        {
            yield return $"{who} held the role {Name(role)} {Place(role)}{Through(role)} until "
                + $"{Time(role.ExpireTime.ToDateTimeOffset())}.";
        }

        if (told.EndedRoles.Count == 0)
        {
            yield return $"{who} hold no role that gives it, neither here nor above.";
        }

        if (explanation.Sufficient.Count > 0)
        {
            var enough = string.Join(" or ", explanation.Sufficient.Take(MaxTold).Select(role => role.DisplayName));
            yield return $"Enough would be: {enough}.";
        }

        if (told.Contacts is { Contacts: [var person, ..] })
        {
            yield return $"Ask {person.DisplayName}, {person.Email}.";
        }
    }

    private static string Name(HeldRole role) => role.RoleDisplayName.Length > 0 ? role.RoleDisplayName : role.Role;

    private static string Place(HeldRole role) => role switch
    {
        { Scope: "" } => "on the whole system",
        { Inherited: false } => "right here",
        { ScopeDisplayName.Length: > 0 } => $"on {role.ScopeDisplayName}, which is above",
        _ when role.Scope.Contains("/projects/", StringComparison.Ordinal) => "on a project above",
        _ => "on an account above",
    };

    private static string Through(HeldRole role) =>
        role.GroupDisplayName.Length > 0 ? $", as a member of the group {role.GroupDisplayName}" : "";

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
