using Entitlement.Server.Tests.SignIn;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Desk = Entitlement.V1.ServiceAccountService.ServiceAccountServiceClient;

namespace Entitlement.Server.Tests.ServiceAccounts;

public class ServiceAccountTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Lives_and_ends(DatabaseKind database)
    {
        await using var portal = await Portal.OpenAsync(database);
        var client = new Desk(portal.Host.Administrator);
        var parent = await NewAccountAsync(portal);
        var made = (await client.CreateServiceAccountAsync(Create(parent))).ServiceAccount;
        Assert.StartsWith($"{parent}/serviceAccounts/", made.Name, StringComparison.Ordinal);
        Assert.Equal(made, (await client.GetServiceAccountAsync(new GetServiceAccountRequest { Name = made.Name })).ServiceAccount);
        var listed = await client.ListServiceAccountsAsync(new ListServiceAccountsRequest { Parent = parent });
        Assert.Equal(made, Assert.Single(listed.ServiceAccounts));
        var key = await client.CreateApiKeyAsync(new CreateApiKeyRequest { Parent = made.Name });
        var id = made.Name.Split('/')[^1];
        Assert.Equal($"serviceAccounts/{id}", await portal.WhoAsync(key.Secret));
        var before = await portal.VersionAsync();

        var disabled = await client.DisableServiceAccountAsync(new DisableServiceAccountRequest { Name = made.Name });
        Assert.True(disabled.ServiceAccount.Disabled);
        Assert.Equal("switched_off", await portal.CauseAsync(key.Secret));
        await client.EnableServiceAccountAsync(new EnableServiceAccountRequest { Name = made.Name });
        await client.EnableServiceAccountAsync(new EnableServiceAccountRequest { Name = made.Name });
        Assert.Equal($"serviceAccounts/{id}", await portal.WhoAsync(key.Secret));
        Assert.Equal(before + 2, await portal.VersionAsync());

        await client.DeleteServiceAccountAsync(new DeleteServiceAccountRequest { Name = made.Name });

        Assert.Equal("unknown", await portal.CauseAsync(key.Secret));
        Assert.Empty(await portal.ReadAsync(db => db.ServiceAccountKeys
            .Where(one => one.ServiceAccountId == Guid.Parse(id)).ToListAsync()));
        Assert.Equal(
            ["api_key.create", "service_account.create", "service_account.delete", "service_account.disable", "service_account.enable"],
            (await portal.AuditAsync("service_account.")).Concat(await portal.AuditAsync("api_key."))
                .Select(line => line.Split(' ')[1]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Of_the_system_belongs_to_no_account()
    {
        await using var portal = await Portal.OpenAsync();
        var client = new Desk(portal.Host.Administrator);

        var made = (await client.CreateServiceAccountAsync(Create(""))).ServiceAccount;

        Assert.StartsWith("serviceAccounts/", made.Name, StringComparison.Ordinal);
        var listed = await client.ListServiceAccountsAsync(new ListServiceAccountsRequest());
        Assert.Equal(made, Assert.Single(listed.ServiceAccounts));
        var account = await NewAccountAsync(portal);
        Assert.Empty((await client.ListServiceAccountsAsync(new ListServiceAccountsRequest { Parent = account })).ServiceAccounts);
    }

    [Fact]
    public async Task A_key_is_shown_once_and_only_its_hash_is_kept()
    {
        await using var portal = await Portal.OpenAsync();
        var client = new Desk(portal.Host.Administrator);
        var made = (await client.CreateServiceAccountAsync(Create(""))).ServiceAccount;
        var request = new CreateApiKeyRequest { Parent = made.Name, RequestId = Guid.NewGuid().ToString() };

        var first = await client.CreateApiKeyAsync(request);
        var again = await client.CreateApiKeyAsync(request);

        Assert.StartsWith("ent_", first.Secret, StringComparison.Ordinal);
        Assert.Equal(("", true, first.ApiKey), (again.Secret, again.Existed, again.ApiKey));
        Assert.DoesNotContain(first.Secret, portal.Host.Logs.Text, StringComparison.Ordinal);
        Assert.Single((await client.ListApiKeysAsync(new ListApiKeysRequest { Parent = made.Name })).ApiKeys);
    }

    [Fact]
    public async Task A_key_that_ended_or_was_revoked_is_refused_precisely_and_only_to_its_holder()
    {
        await using var portal = await Portal.OpenAsync();
        var client = new Desk(portal.Host.Administrator);
        var made = (await client.CreateServiceAccountAsync(Create(""))).ServiceAccount;
        var end = portal.Clock.GetUtcNow().AddDays(1);
        var ending = await client.CreateApiKeyAsync(new CreateApiKeyRequest { Parent = made.Name, ExpireTime = end.ToTimestamp() });
        var revoked = await client.CreateApiKeyAsync(new CreateApiKeyRequest { Parent = made.Name });
        await portal.WhoAsync(ending.Secret);

        var answer = await client.RevokeApiKeyAsync(new RevokeApiKeyRequest { Name = revoked.ApiKey.Name });
        portal.Clock.Advance(TimeSpan.FromDays(1));
        var again = await client.RevokeApiKeyAsync(new RevokeApiKeyRequest { Name = revoked.ApiKey.Name });

        Assert.Equal(answer.ApiKey.RevokeTime, again.ApiKey.RevokeTime);
        Assert.Equal("revoked", await portal.CauseAsync(revoked.Secret));
        Assert.Equal("expired", await portal.CauseAsync(ending.Secret));
        foreach (var secret in new[] { ending.Secret, revoked.Secret })
        {
            Assert.Equal("unknown", await portal.CauseAsync($"{secret[..^43]}{new string('A', 43)}"));
        }
    }

    [Fact]
    public async Task Is_found_by_its_whole_name_alone()
    {
        await using var portal = await Portal.OpenAsync();
        var client = new Desk(portal.Host.Administrator);
        var (own, other) = (await NewAccountAsync(portal), await NewAccountAsync(portal));
        var made = (await client.CreateServiceAccountAsync(Create(own))).ServiceAccount;
        var key = await client.CreateApiKeyAsync(new CreateApiKeyRequest { Parent = made.Name });
        var id = made.Name.Split('/')[^1];
        string[] wrong = [$"{other}/serviceAccounts/{id}", $"serviceAccounts/{id}", $"{own}/serviceAccounts/{Guid.NewGuid()}"];

        foreach (var name in wrong)
        {
            foreach (var refusal in new[]
            {
                await Shop.RefusedAsync(client.GetServiceAccountAsync(new GetServiceAccountRequest { Name = name })),
                await Shop.RefusedAsync(client.DeleteServiceAccountAsync(new DeleteServiceAccountRequest { Name = name })),
                await Shop.RefusedAsync(client.CreateApiKeyAsync(new CreateApiKeyRequest { Parent = name })),
                await Shop.RefusedAsync(client.RevokeApiKeyAsync(
                    new RevokeApiKeyRequest { Name = $"{name}/apiKeys/{key.ApiKey.Name.Split('/')[^1]}" })),
            })
            {
                Assert.Equal((StatusCode.NotFound, "NOT_FOUND"), (refusal.StatusCode, refusal.Reason()));
            }
        }

        await portal.WhoAsync(key.Secret);
    }

    [Fact]
    public async Task Names_the_field_that_is_wrong()
    {
        await using var portal = await Portal.OpenAsync();
        var client = new Desk(portal.Host.Administrator);
        var made = (await client.CreateServiceAccountAsync(Create(""))).ServiceAccount;

        await Shop.AllNameTheirFieldAsync<CreateServiceAccountResponse>(
            ("service_account", "none", () => client.CreateServiceAccountAsync(new CreateServiceAccountRequest())),
            ("service_account.display_name", "empty", () => client.CreateServiceAccountAsync(Create("", ""))),
            ("service_account.display_name", "control", () => client.CreateServiceAccountAsync(Create("", "a\u0007b"))),
            ("service_account.display_name", "format", () => client.CreateServiceAccountAsync(Create("", "a\u202Eb"))),
            ("parent", "form", () => client.CreateServiceAccountAsync(Create("accounts/1"))));
        await Shop.AllNameTheirFieldAsync<CreateApiKeyResponse>(
            ("expire_time", "past", () => client.CreateApiKeyAsync(new CreateApiKeyRequest
            {
                Parent = made.Name,
                ExpireTime = portal.Clock.GetUtcNow().ToTimestamp(),
            })),
            ("expire_time", "no time", () => client.CreateApiKeyAsync(new CreateApiKeyRequest
            {
                Parent = made.Name,
                ExpireTime = new Timestamp { Seconds = long.MaxValue },
            })));
        var unknown = await Shop.RefusedAsync(client.CreateServiceAccountAsync(Create($"accounts/{Guid.NewGuid()}")));
        Assert.Equal("NOT_FOUND", unknown.Reason());
    }

    [Fact]
    public async Task Gives_nobody_by_a_key_what_nobody_gave()
    {
        await using var portal = await Portal.OpenAsync();
        var account = await portal.NewAccountAsync();
        var token = await portal.AddAdministratorAsync(account);
        var desk = new Desk(portal.Host.Connect(token));
        var made = (await desk.CreateServiceAccountAsync(Create($"{account}"))).ServiceAccount;
        var id = Guid.Parse(made.Name.Split('/')[^1]);
        var own = await desk.CreateApiKeyAsync(new CreateApiKeyRequest { Parent = made.Name });
        Assert.Equal($"serviceAccounts/{id}", await portal.WhoAsync(own.Secret));

        await portal.AssignAsync(Domain.Access.PrincipalKind.ServiceAccount, id, "system-administrator", "");

        var refusal = await Shop.RefusedAsync(desk.CreateApiKeyAsync(new CreateApiKeyRequest { Parent = made.Name }));
        Assert.Equal(
            (StatusCode.PermissionDenied, "ROLE_NOT_ASSIGNABLE", "roles/system-administrator"),
            (refusal.StatusCode, refusal.Reason(), refusal.Info().Metadata["role"]));
        Assert.Single((await desk.ListApiKeysAsync(new ListApiKeysRequest { Parent = made.Name })).ApiKeys);
    }

    [Fact]
    public async Task Of_another_account_or_of_the_system_is_not_there_for_an_accounts_administrator()
    {
        await using var portal = await Portal.OpenAsync();
        var (account, other) = (await portal.NewAccountAsync(), await portal.NewAccountAsync());
        var owner = new Desk(portal.Host.Administrator);
        string[] names =
        [
            (await owner.CreateServiceAccountAsync(Create($"{other}"))).ServiceAccount.Name,
            (await owner.CreateServiceAccountAsync(Create(""))).ServiceAccount.Name,
        ];
        var desk = new Desk(portal.Host.Connect(await portal.AddAdministratorAsync(account)));

        foreach (var name in names)
        {
            var refusal = await Shop.RefusedAsync(desk.CreateApiKeyAsync(new CreateApiKeyRequest { Parent = name }));
            Assert.Contains(refusal.Reason(), (string[])["NOT_FOUND", "PERMISSION_DENIED"]);
        }

        Assert.Empty((await owner.ListApiKeysAsync(new ListApiKeysRequest { Parent = names[0] })).ApiKeys);
    }

    private static CreateServiceAccountRequest Create(string parent, string name = "portal") =>
        new() { Parent = parent, ServiceAccount = new ServiceAccount { DisplayName = name } };

    private static async Task<string> NewAccountAsync(Portal portal) => $"{await portal.NewAccountAsync()}";
}
