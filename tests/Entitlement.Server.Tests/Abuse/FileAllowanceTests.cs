using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace Entitlement.Server.Tests.Abuse;

public sealed class FileAllowanceTests : IDisposable
{
    private const int Limit = 2;
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private readonly InstalledProduct _product = new();
    private readonly ManualClock _clock = new(TimeProvider.System.GetUtcNow());

    public void Dispose() => _product.Dispose();

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Bounds_how_many_files_a_product_makes_the_service_keep(DatabaseKind database)
    {
        await using var host = await EntitlementHost.StartAsync(new HostSettings
        {
            Database = database,
            Clock = _clock,
            Options = new() { ["Abuse:FilesPerDay"] = $"{Limit}" },
        });
        var license = await host.CreateLicenseAsync();
        var first = Ask(license);
        var file = (await ActivateAsync(host, first)).LicenseFile;
        _clock.Advance(TimeSpan.FromHours(1));
        await ActivateAsync(host, Ask(license));
        var third = Ask(license);

        var refusal = await Assert.ThrowsAsync<RpcException>(() => ActivateAsync(host, third));
        var preview = await Client(host).PreviewLicenseRequestAsync(
            new PreviewLicenseRequestRequest { LicenseRequest = third });

        Assert.Equal((StatusCode.ResourceExhausted, "TOO_MANY_FILES"), (refusal.StatusCode, refusal.Reason()));
        Assert.Equal(23.0, refusal.Find<RetryInfo>()!.RetryDelay.ToTimeSpan().TotalHours, precision: 3);
        Assert.Equal(refusal.Details(), preview.Refusal);
        Assert.Equal(file, (await ActivateAsync(host, first)).LicenseFile);

        // Kept in the database, so a restart gives nothing away.
        await host.StopAsync();
        await host.StartAgainAsync();
        var again = await Assert.ThrowsAsync<RpcException>(() => ActivateAsync(host, third));
        Assert.Equal("TOO_MANY_FILES", again.Reason());

        _clock.Advance(Day - TimeSpan.FromHours(1));
        Assert.Equal(3, (await ActivateAsync(host, third)).Activation.Generation);
    }

    [Fact]
    public async Task Leaves_principals_to_answer_for_what_they_ask_for()
    {
        await using var host = await EntitlementHost.StartAsync(
            new HostSettings { Clock = _clock, Options = new() { ["Abuse:FilesPerDay"] = "1" } });
        var license = await host.CreateLicenseAsync();
        await ActivateAsync(host, Ask(license));

        var next = await new ActivationService.ActivationServiceClient(host.Administrator)
            .ActivateAsync(new ActivateRequest { LicenseRequest = Ask(license) });

        Assert.Equal(2, next.Activation.Generation);
    }

    private static ActivationService.ActivationServiceClient Client(EntitlementHost host) => new(host.Anonymous);

    private static Task<ActivateResponse> ActivateAsync(EntitlementHost host, ByteString file) =>
        Client(host).ActivateAsync(new ActivateRequest { LicenseRequest = file }).ResponseAsync;

    private ByteString Ask(License license) => _product.Sign(_product.Ask(license.Slc));
}
