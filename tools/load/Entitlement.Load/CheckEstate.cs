using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;

namespace Entitlement.Load;

/// <summary>
/// What checks are asked about: accounts below the one of <see cref="Estate"/>, and a service account that reads all of them
/// because of a role above. They are found again by a second run.
/// </summary>
/// <param name="Principal">The service account's name.</param>
/// <param name="Accounts">The names of the accounts.</param>
internal sealed record CheckEstate(string Principal, string[] Accounts)
{
    private const string DisplayName = "Load test";
    private const int AtOnce = 16;

    public static async Task<CheckEstate> PrepareAsync(
        Connection connection, int accounts, Screen screen, CancellationToken cancellation)
    {
        var top = await Estate.OpenAccountAsync(connection, cancellation);
        var principal = await FindPrincipalAsync(connection, cancellation) ?? await CreatePrincipalAsync(connection, cancellation);
        await connection.CallAsync<SetRolesRequest, SetRolesResponse>(
            Calls.SetRoles, new() { Scope = top, Principal = principal, Roles = { "roles/administrator" } }, cancellation);

        var names = new string[accounts];
        var progress = new Progress(screen, "accounts at hand", accounts);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation };
        await Parallel.ForAsync(0, accounts, parallel, async (i, token) =>
        {
            names[i] = await Estate.OpenAccountAsync(connection, token, top, i);
            progress.Step();
        });
        return new CheckEstate(principal, names);
    }

    /// <summary>The check with this number, from 0: of each account in turn.</summary>
    public CheckPermissionRequest Check(int number) => new() { Principal = Principal, Check = CheckOf(number) };

    /// <summary>As many checks in one call.</summary>
    public BatchCheckPermissionsRequest Batch(int number, int size) => new()
    {
        Principal = Principal,
        Checks = { Enumerable.Range((int)((long)number * size % Accounts.Length), size).Select(CheckOf) },
    };

    /// <summary>Gives the service account another role on an account and, when the accounts were gone through, takes it away.</summary>
    public SetRolesRequest Change(int number) => new()
    {
        Scope = Accounts[number % Accounts.Length],
        Principal = Principal,
        Roles = { (number / Accounts.Length) % 2 == 0 ? ["roles/reporting"] : Array.Empty<string>() },
    };

    private PermissionCheck CheckOf(int number) => new()
    {
        Permission = Permission.LicenseRead,
        Resource = Accounts[number % Accounts.Length],
    };

    private static async Task<string?> FindPrincipalAsync(Connection connection, CancellationToken cancellation)
    {
        var request = new ListServiceAccountsRequest();
        do
        {
            var page = await connection.CallAsync<ListServiceAccountsRequest, ListServiceAccountsResponse>(
                Calls.ListServiceAccounts, request, cancellation);
            if (page.ServiceAccounts.FirstOrDefault(account => account.DisplayName == DisplayName) is { } found)
            {
                return found.Name;
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return null;
    }

    private static async Task<string> CreatePrincipalAsync(Connection connection, CancellationToken cancellation)
    {
        var created = await connection.CallAsync<CreateServiceAccountRequest, CreateServiceAccountResponse>(
            Calls.CreateServiceAccount, new() { ServiceAccount = new() { DisplayName = DisplayName } }, cancellation);
        return created.ServiceAccount.Name;
    }
}
