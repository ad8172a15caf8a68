using Entitlement.Server.Hosting;

namespace Entitlement.Server.Accounts;

/// <summary>The accounts that own licenses.</summary>
internal static class AccountSlice
{
    public static IServiceCollection AddAccounts(this IServiceCollection services) =>
        services.AddServed<AccountService>(() => V1.AccountService.Descriptor);
}
