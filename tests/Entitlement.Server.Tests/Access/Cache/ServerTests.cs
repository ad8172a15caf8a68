using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Access.Cache;
using Entitlement.Server.Tests.Access.Answers;
using Entitlement.Storage;
using Entitlement.Storage.Access;
using Entitlement.Storage.Writing;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Entitlement.Server.Tests.Access.Cache;

/// <summary>The same over calls, with a second server that changes access without telling this one.</summary>
public sealed class ServerTests
{
    [Fact]
    public async Task A_revocation_elsewhere_counts_for_reads_once_the_bound_is_over()
    {
        await using var town = await Town.OpenAsync(DatabaseKind.Sqlite);
        var (accounts, _) = await RevokedElsewhereAsync(town);
        await accounts.GetAccountAsync(new GetAccountRequest { Name = town.CustomerName });

        town.Clock.Advance(TimeSpan.FromSeconds(1.1));

        await RefusedAsync(accounts.GetAccountAsync(new GetAccountRequest { Name = town.CustomerName }));
    }

    [Fact]
    public async Task A_revocation_elsewhere_counts_at_once_for_whoever_sends_its_token()
    {
        await using var town = await Town.OpenAsync(DatabaseKind.Sqlite);
        var (accounts, token) = await RevokedElsewhereAsync(town);
        var headers = new Metadata { { "consistency-token", token } };

        await RefusedAsync(accounts.GetAccountAsync(new GetAccountRequest { Name = town.CustomerName }, headers));
    }

    [Fact]
    public async Task A_revocation_elsewhere_counts_at_once_for_changes()
    {
        await using var town = await Town.OpenAsync(DatabaseKind.Sqlite);
        var (accounts, _) = await RevokedElsewhereAsync(town);

        await RefusedAsync(accounts.UpdateAccountAsync(new UpdateAccountRequest
        {
            Name = town.CustomerName,
            Account = new Account { DisplayName = "Another" },
            UpdateMask = FieldMask.FromString("display_name"),
        }));
    }

    [Theory]
    [InlineData("999999")]
    [InlineData("tomorrow")]
    public async Task A_token_that_this_service_never_gave_is_refused(string token)
    {
        await using var town = await Town.OpenAsync(DatabaseKind.Sqlite);
        var (_, client) = await town.AddCallerAsync(town.Vendor);
        var headers = new Metadata { { "consistency-token", token } };

        var refusal = await Town.RefusalAsync(client.CheckPermissionAsync(
            new CheckPermissionRequest { Check = new PermissionCheck { Permission = Permission.AccountRead } }, headers));

        Assert.Equal("consistency-token", refusal.Info().Metadata["field"]);
    }

    [Fact]
    public async Task A_key_that_was_revoked_elsewhere_ends_within_the_bound()
    {
        await using var town = await Town.OpenAsync(DatabaseKind.Sqlite);
        var (name, client) = await town.AddCallerAsync(town.Vendor);
        var request = new CheckPermissionRequest { Check = new PermissionCheck { Permission = Permission.AccountRead } };
        await client.CheckPermissionAsync(request);
        var id = Guid.Parse(name.Split('/')[^1]);

        await ElsewhereAsync(town, async db =>
        {
            (await db.ServiceAccountKeys.SingleAsync(key => key.ServiceAccountId == id)).Revoke(town.Clock.GetUtcNow());
            return [(AccessThing.Principal, id)];
        });

        await client.CheckPermissionAsync(request);
        town.Clock.Advance(TimeSpan.FromSeconds(1.1));
        Assert.Equal("revoked", (await Town.RefusalAsync(client.CheckPermissionAsync(request))).Info().Metadata["cause"]);
    }

    [Fact]
    public async Task Checks_are_answered_without_the_database_up_to_the_bound_and_then_refused()
    {
        var clock = new ManualClock(TimeProvider.System.GetUtcNow());
        Outage? outage = null;
        await using var host = await EntitlementHost.StartAsync(new HostSettings
        {
            Clock = clock,
            Services = services => services.Replace(ServiceDescriptor.Singleton<IAccessSource>(provider =>
                outage = new Outage(ActivatorUtilities.CreateInstance<DatabaseSource>(provider)))),
        });
        var (_, key) = await host.PrincipalAsync(("system-administrator", ""));
        var client = new AccessService.AccessServiceClient(host.Connect(key));
        var request = new CheckPermissionRequest { Check = new PermissionCheck { Permission = Permission.AccountRead } };
        Assert.True((await client.CheckPermissionAsync(request)).Allowed);

        outage!.IsNow = true;

        Assert.True((await client.CheckPermissionAsync(request)).Allowed);
        clock.Advance(TimeSpan.FromSeconds(1.1));
        Assert.Equal("STORAGE_UNAVAILABLE", await Town.ReasonAsync(client.CheckPermissionAsync(request)));
        outage.IsNow = false;
        Assert.True((await client.CheckPermissionAsync(request)).Allowed);
    }

    /// <summary>It takes nothing away, because it changes nothing that stands; but it makes what somebody asked for before.</summary>
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task An_account_that_was_asked_for_before_an_import_brought_it_is_there_for_everybody(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var (_, client) = await town.AddCallerAsync(town.Vendor, "supervisor", town.Vendor);
        var name = $"{new AccountName(Guid.CreateVersion7())}";
        var ask = new CheckPermissionRequest
        {
            Check = new PermissionCheck { Permission = Permission.AccountRead, Resource = name },
        };
        Assert.False((await client.CheckPermissionAsync(ask)).Allowed);

        using (var import = new EstateService.EstateServiceClient(town.Host.Administrator).ImportEstate())
        {
            var parent = $"{new AccountName(town.Vendor)}";
            var account = new EstateAccount { Name = name, DisplayName = "Works", Parent = parent };
            await import.RequestStream.WriteAsync(
                new ImportEstateRequest { Records = { new EstateRecord { Account = account } } });
            Assert.True(await import.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(ImportOutcome.Created, Assert.Single(import.ResponseStream.Current.Results).Outcome);
            await import.RequestStream.CompleteAsync();
        }

        Assert.True((await client.CheckPermissionAsync(ask)).Allowed);
    }

    /// <summary>An administrator whom another server dismissed just after this one let them in.</summary>
    /// <returns>Their client, and the revocation's token.</returns>
    private static async Task<(AccountService.AccountServiceClient Client, string Token)> RevokedElsewhereAsync(Town town)
    {
        var (id, key) = await town.Host.PrincipalAsync(("system-administrator", ""));
        var accounts = new AccountService.AccountServiceClient(town.Host.Connect(key));
        await accounts.GetAccountAsync(new GetAccountRequest { Name = town.CustomerName });
        var version = await ElsewhereAsync(town, async db =>
        {
            var rows = await db.RoleAssignments.Where(one => one.SubjectId == id).ToListAsync();
            db.RemoveRange(rows);
            return [.. rows.Select(row => row.TouchedThing())];
        });
        return (accounts, ConsistencyToken.Of(version));
    }

    /// <summary>A writer to which nothing of this server listens.</summary>
    private static Task<long> ElsewhereAsync(Town town, Func<EntitlementDbContext, Task<(AccessThing, Guid)[]>> change) =>
        new Writer(town.Host.Services.GetRequiredService<StorageEngine>(), NullLogger<Writer>.Instance).RunAsync(
            async (db, token) => await db.RaiseAsync(await change(db), token), CancellationToken.None);

    private static async Task RefusedAsync<T>(AsyncUnaryCall<T> call) =>
        Assert.Contains(await Town.ReasonAsync(call), (string[])["PERMISSION_DENIED", "NOT_FOUND"]);

    private sealed class Outage(IAccessSource source) : IAccessSource
    {
        public bool IsNow { get; set; }

        public Task<AccessLogPage> ReadLogAsync(long? since, CancellationToken cancellationToken) =>
            IsNow ? throw new StorageUnavailableException("An outage.") : source.ReadLogAsync(since, cancellationToken);

        public Task<Snapshot> LoadAsync(SnapshotKey key, CancellationToken cancellationToken) =>
            IsNow ? throw new StorageUnavailableException("An outage.") : source.LoadAsync(key, cancellationToken);
    }
}
