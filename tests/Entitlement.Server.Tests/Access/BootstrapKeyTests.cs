using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Entitlement.Domain.SignIn;
using Entitlement.Server.Access;
using Entitlement.Server.Hosting;
using Entitlement.Server.Tests.Probing;
using Entitlement.Storage;
using Entitlement.Testing;
using Entitlement.Testing.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Server.Tests.Access;

public class BootstrapKeyTests
{
    private static readonly HostSettings WithProbe = new() { Services = new ProbeBehaviour().AddTo };

    [Fact]
    public async Task Stands_in_a_file_that_only_its_owner_can_read()
    {
        await using var host = await EntitlementHost.StartAsync();

        Assert.StartsWith("ent_bootstrap_", await File.ReadAllTextAsync(host.BootstrapKeyFile), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(host.BootstrapKeyFile));
        }
    }

    [Fact]
    public async Task Lies_in_a_folder_that_only_its_owner_can_enter()
    {
        var parent = Directory.CreateTempSubdirectory("entitlement-parent-").FullName;
        var settings = new HostSettings { DataDirectory = Path.Combine(parent, "data") };
        await using (var host = await EntitlementHost.StartAsync(settings))
        {
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                    File.GetUnixFileMode(host.DataDirectory));
            }
        }

        Directory.Delete(parent, recursive: true);
    }

    [Fact]
    public async Task Stays_the_same_over_a_restart()
    {
        await using var host = await EntitlementHost.StartAsync(WithProbe);
        await host.StopAsync();
        await host.StartAgainAsync();

        var response = await new Probe.ProbeClient(host.Administrator).UnaryAsync(new ProbeRequest());

        Assert.Equal("bootstrap", response.Caller);
    }

    [Fact]
    public async Task Ends_with_the_commit_of_the_first_administrator()
    {
        await using var host = await EntitlementHost.StartAsync(WithProbe);
        var bootstrap = new Probe.ProbeClient(host.Administrator);
        await bootstrap.UnaryAsync(new ProbeRequest());

        var key = await host.Services.GetRequiredService<AdministratorCommand>().CreateAsync("ops", CancellationToken.None);

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await bootstrap.UnaryAsync(new ProbeRequest()));
        Assert.Equal("superseded", refusal.Info().Metadata["cause"]);
        var response = await new Probe.ProbeClient(host.Connect(key.Reveal())).UnaryAsync(new ProbeRequest());
        Assert.StartsWith("serviceAccounts/", response.Caller, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_not_made_again_once_there_is_an_administrator()
    {
        await using var host = await EntitlementHost.StartAsync();
        await host.Services.GetRequiredService<AdministratorCommand>().CreateAsync("ops", CancellationToken.None);
        await host.StopAsync();
        File.Delete(host.BootstrapKeyFile);

        await host.StartAgainAsync();

        Assert.False(File.Exists(host.BootstrapKeyFile));
    }

    [Fact]
    public async Task Keeps_the_server_from_starting_when_others_can_read_it()
    {
        await using var host = await EntitlementHost.StartAsync();
        await host.StopAsync();
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(host.BootstrapKeyFile, UnixFileMode.UserRead | UnixFileMode.GroupRead);

            var refusal = await Assert.ThrowsAsync<StartRefusedException>(host.StartAgainAsync);

            Assert.Contains("chmod 600", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Does_not_work_from_an_address_that_is_not_loopback()
    {
        var settings = WithProbe with
        {
            Options = new() { ["Server:GrpcListen"] = "http://0.0.0.0:0", ["Server:AllowPlaintext"] = "true" },
        };
        await using var host = await EntitlementHost.StartAsync(settings);
        var port = new Uri(host.GrpcAddress).Port;

        // A machine without any network has no such address; what the rule says of one is proven below all the same.
        foreach (var address in OwnAddresses())
        {
            var channel = host.Connect(host.AdministratorKey, $"http://{address}:{port}");

            var refusal = await Assert.ThrowsAsync<RpcException>(
                async () => await new Probe.ProbeClient(channel).UnaryAsync(new ProbeRequest()));

            Assert.Equal("not_from_loopback", refusal.Info().Metadata["cause"]);
        }
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.8.9.10", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("192.0.2.7", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::ffff:192.0.2.7", false)]
    [InlineData("fe80::1", false)]
    [InlineData(null, false)]
    public void Counts_only_loopback_as_this_machine(string? address, bool isOwner)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);

        Assert.Equal(isOwner, OwnerRule.IsOwner(context));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Leaves_administrators_and_their_audit_record_in_the_database(DatabaseKind database)
    {
        await using var host = await EntitlementHost.StartAsync(database);

        var key = await host.Services.GetRequiredService<AdministratorCommand>().CreateAsync("ops", CancellationToken.None);

        var id = Guid.ParseExact(key.Id, "N");
        using var scope = host.Services.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<EntitlementDbContext>();
        var stored = await db.ServiceAccountKeys.SingleAsync(one => one.Id == id);
        Assert.True(SecretHash.Matches(stored.SecretHash, key.Secret));
        Assert.False(stored.SecretHash.AsSpan().SequenceEqual(key.Secret));
        var record = await db.AuditRecords.SingleAsync(one => one.Resource == $"serviceAccounts/{stored.ServiceAccountId}");
        Assert.Equal("administrator.create", record.Action);
    }

    private static IEnumerable<IPAddress> OwnAddresses() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(network => network.OperationalStatus == OperationalStatus.Up)
        .SelectMany(network => network.GetIPProperties().UnicastAddresses)
        .Select(unicast => unicast.Address)
        .Where(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
}
