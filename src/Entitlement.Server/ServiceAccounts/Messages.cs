using Entitlement.Domain.Access;
using Entitlement.Domain.Names;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.Server.ServiceAccounts;

/// <summary>Service accounts and their keys as the contract shows them.</summary>
internal static class Messages
{
    public static V1.ServiceAccount ToMessage(this ServiceAccount account) => new()
    {
        Name = $"{account.Name}",
        DisplayName = account.DisplayName,
        Disabled = !account.IsEnabled,
        CreateTime = account.CreateTime.ToTimestamp(),
    };

    public static V1.ApiKey ToMessage(this ServiceAccountKey key, ServiceAccountName owner) => new()
    {
        Name = $"{new ApiKeyName(owner, key.Id)}",
        CreateTime = key.CreateTime.ToTimestamp(),
        ExpireTime = key.ExpireTime?.ToTimestamp(),
        RevokeTime = key.RevokeTime?.ToTimestamp(),
    };
}
