using Entitlement.Domain.Access;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.Groups;

/// <summary>Groups as the contract shows them.</summary>
internal static class Messages
{
    public static V1.Group ToMessage(this Group group) => new()
    {
        Name = $"{group.Name}",
        DisplayName = group.DisplayName,
        IsBuiltIn = group.Id == Group.Administrators,
        CreateTime = group.CreateTime.ToTimestamp(),
    };
}
