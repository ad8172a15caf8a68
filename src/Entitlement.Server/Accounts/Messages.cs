using Entitlement.Domain.Accounts;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.Accounts;

/// <summary>Accounts as the contract shows them.</summary>
internal static class Messages
{
    public static V1.Account ToMessage(this Account account) => new()
    {
        Name = $"{account.Name}",
        DisplayName = account.DisplayName,
        ExternalRef = account.ExternalRef ?? "",
        CreateTime = account.CreateTime.ToTimestamp(),
    };
}
