using Entitlement.Domain.People;

namespace Entitlement.Storage.Directories;

/// <summary>Leads from a mail address to the person: a directory over all accounts, so that an address is one person's.</summary>
public sealed class EmailEntry
{
    private EmailEntry()
    {
    }

    /// <summary>As <see cref="Domain.Names.EmailAddress"/> writes it.</summary>
    public string Email { get; private init; } = "";

    public Guid UserId { get; private init; }

    public static EmailEntry For(User user) => new()
    {
        Email = user.Email ?? throw new ArgumentException("The person has no address.", nameof(user)),
        UserId = user.Id,
    };
}
