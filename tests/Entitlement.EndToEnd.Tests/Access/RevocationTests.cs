using System.Diagnostics;
using System.Globalization;
using Entitlement.EndToEnd.Tests.Machinery;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;
using Xunit.Abstractions;

namespace Entitlement.EndToEnd.Tests.Access;

/// <summary>
/// Two servers, each a process of its own, on one PostgreSQL and one Redis. Roles are given and taken at the first, and the second
/// is asked until it knows.
/// </summary>
public sealed class RevocationTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Changes = 100;

    /// <summary>Long, so that what comes sooner came by a hint: without one the clock is read every two seconds.</summary>
    private static readonly TimeSpan MaxStaleness = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private RedisServer _redis = null!;
    private Deployment _deployment = null!;
    private Portal _first = null!;
    private Portal _second = null!;
    private string _account = "";
    private string _principal = "";

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _deployment = await Deployment.StartAsync(
            DatabaseKind.PostgreSql,
            options: [$"--Redis:Configuration={_redis.Configuration}", $"--Access:MaxStaleness={MaxStaleness}"]);
        _first = await Portal.OpenAsync(_deployment.Services[0]);
        _second = await Portal.OpenAsync(_deployment.Services[1]);
        _account = await _first.OpenAccountAsync();
        _principal = await _first.MakePrincipalAsync();
    }

    public async Task DisposeAsync()
    {
        _first.Dispose();
        _second.Dispose();
        await _deployment.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Are_seen_by_the_other_server_by_a_hint_or_within_the_bound_or_at_once_by_the_token()
    {
        var byHint = new List<TimeSpan>();
        for (var change = 0; change < Changes; change++)
        {
            var token = await _first.SetAsync(_principal, _account, isAllowed: change % 2 == 0);
            Assert.Equal(change % 2 == 0, await _second.AskAsync(_principal, _account, token));
            await _first.SetAsync(_principal, _account, isAllowed: change % 2 != 0);
            byHint.Add(await TimeAsync(isAllowed: change % 2 != 0));
        }

        await _redis.StopAsync();
        var withoutHint = new List<TimeSpan>();
        foreach (var isAllowed in new[] { true, false })
        {
            await _first.SetAsync(_principal, _account, isAllowed);
            withoutHint.Add(await TimeAsync(isAllowed));
        }

        byHint.Sort();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"by a hint: half within {At(0.5):N1} ms, 99 of 100 within {At(0.99):N1} ms, all within {At(1):N1} ms; "
            + $"without: {withoutHint.Max().TotalMilliseconds:N0} ms of {MaxStaleness.TotalMilliseconds:N0}"));

        // The rest is what the calls themselves take on a machine that has other work.
        Assert.True(At(0.5) < MaxStaleness.TotalMilliseconds / 4);
        Assert.All(withoutHint, took => Assert.True(took < 2 * MaxStaleness));

        double At(double share) => byHint[(int)((byHint.Count - 1) * share)].TotalMilliseconds;
    }

    /// <summary>From the answer of the first server to the first answer of the second that knows.</summary>
    private async Task<TimeSpan> TimeAsync(bool isAllowed)
    {
        var start = Stopwatch.GetTimestamp();
        while (await _second.AskAsync(_principal, _account) != isAllowed)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience);
        }

        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>One of the servers, as its administrator calls it.</summary>
    private sealed class Portal(Service service, Metadata headers) : IDisposable
    {
        private readonly Grpc.Net.Client.GrpcChannel _channel = service.OpenChannel();

        private CallOptions Options => new(headers, Service.Deadline(Patience));

        public static async Task<Portal> OpenAsync(Service service) => new(service, await service.CredentialsAsync());

        public async Task<string> OpenAccountAsync() => (await new AccountService.AccountServiceClient(_channel)
            .CreateAccountAsync(new() { Account = new() { DisplayName = "Customer" } }, Options)).Account.Name;

        public async Task<string> MakePrincipalAsync() => (await new ServiceAccountService.ServiceAccountServiceClient(_channel)
            .CreateServiceAccountAsync(new() { ServiceAccount = new() { DisplayName = "Portal" } }, Options)).ServiceAccount.Name;

        /// <returns>The token of the change.</returns>
        public async Task<string> SetAsync(string principal, string account, bool isAllowed)
        {
            var request = new SetRolesRequest { Scope = account, Principal = principal };
            if (isAllowed)
            {
                request.Roles.Add("roles/administrator");
            }

            return (await new RoleAssignmentService.RoleAssignmentServiceClient(_channel).SetRolesAsync(request, Options)).ConsistencyToken;
        }

        public async Task<bool> AskAsync(string principal, string account, string? token = null)
        {
            var request = new CheckPermissionRequest
            {
                Principal = principal,
                Check = new() { Permission = Permission.LicenseRead, Resource = account },
                Consistency = token is null ? null : new() { AtLeastAsFresh = token },
            };
            return (await new AccessService.AccessServiceClient(_channel).CheckPermissionAsync(request, Options)).Allowed;
        }

        public void Dispose() => _channel.Dispose();
    }
}
