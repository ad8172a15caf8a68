using Entitlement.Domain.Names;

namespace Entitlement.Domain.Access;

/// <summary>Principals who hold the same roles. Groups are flat, and belong to one account or to the system.</summary>
public sealed class Group
{
    /// <summary>
    /// The group of the system whose members are its administrators, which each installation has.
    /// </summary>
    public static readonly Guid Administrators = new("01900000-0000-7000-8000-000000000001");

    /// <summary>What makes them administrators.</summary>
    public static readonly Guid AdministratorsAssignment = new("01900000-0000-7000-8000-000000000002");

    private Group()
    {
    }

    public Guid Id { get; private init; }

    /// <summary>Null for a group of the system.</summary>
    public Guid? AccountId { get; private init; }

    public string DisplayName { get; private set; } = "";

    /// <summary>Raised by every change, and guards the row.</summary>
    public int Revision { get; private set; }

    public DateTimeOffset CreateTime { get; private init; }

    public GroupName Name => new(AccountId, Id);

    public static Group Create(Guid? account, string displayName, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        AccountId = account,
        DisplayName = Text.DisplayName(displayName, "group.display_name"),
        CreateTime = now,
    };

    public void Rename(string displayName)
    {
        DisplayName = Text.DisplayName(displayName, "group.display_name");
        Revision++;
    }
}

/// <summary>That a principal belongs to a group.</summary>
public sealed class GroupMember
{
    private GroupMember()
    {
    }

    public Guid GroupId { get; private init; }

    public Guid PrincipalId { get; private init; }

    public PrincipalKind PrincipalKind { get; private init; }

    public DateTimeOffset CreateTime { get; private init; }

    public static GroupMember Add(Guid group, Guid principal, PrincipalKind kind, DateTimeOffset now) => new()
    {
        GroupId = group,
        PrincipalId = principal,
        PrincipalKind = kind,
        CreateTime = now,
    };
}
