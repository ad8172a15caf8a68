using Entitlement.Domain.Licenses;
using Entitlement.Formats;
using Entitlement.Server.Abuse;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using License = Entitlement.V1.License;

namespace Entitlement.Server.Tests.Abuse;

public sealed class GuessingTests : IDisposable
{
    private const int Limit = 3;
    private static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow();

    private readonly InstalledProduct _guesser = new();
    private readonly InstalledProduct _honest = new();
    private readonly ManualClock _clock = new(Start);

    public void Dispose()
    {
        _guesser.Dispose();
        _honest.Dispose();
    }

    [Fact]
    public async Task Answers_every_guess_alike_once_too_many_failed_and_says_when_to_try_again()
    {
        await using var host = await StartAsync();
        var license = await host.CreateLicenseAsync();
        await GuessAsync(host.Anonymous);

        foreach (var slc in new[] { Slc.Random().ToGroups(), license.Slc, "mistyped" })
        {
            var refusal = await RefusedAsync(host.Anonymous, _guesser.Sign(_guesser.Ask(slc)));

            Assert.Equal((StatusCode.ResourceExhausted, "TOO_MANY_FAILURES"), (refusal.StatusCode, refusal.Reason()));
            Assert.Equal(TimeSpan.FromMinutes(1) / Limit, refusal.Find<RetryInfo>()!.RetryDelay.ToTimeSpan());
        }

        _clock.Advance(TimeSpan.FromMinutes(1) / Limit);
        Assert.False((await ActivateAsync(host.Anonymous, _guesser.Sign(_guesser.Ask(license.Slc)))).RepeatedAnswer);
    }

    [Fact]
    public async Task Lets_an_activated_key_go_on_whatever_comes_from_its_address_and_on_its_code()
    {
        await using var host = await StartAsync();
        var license = await host.CreateLicenseAsync();
        var first = _honest.Sign(_honest.Ask(license.Slc));
        var before = await ActivateAsync(host.Anonymous, first);
        await GuessAsync(host.Anonymous);

        var again = await ActivateAsync(host.Anonymous, first);
        var next = await ActivateAsync(host.Anonymous, _honest.Sign(_honest.Ask(license.Slc)));

        Assert.Equal(before.LicenseFile, again.LicenseFile);
        Assert.Equal(2, next.Activation.Generation);
    }

    [Fact]
    public async Task Gives_an_activated_key_no_other_license_from_an_address_that_is_refused()
    {
        await using var host = await StartAsync();
        var (own, other) = (await host.CreateLicenseAsync(), await host.CreateLicenseAsync());
        await ActivateAsync(host.Anonymous, _honest.Sign(_honest.Ask(own.Slc)));
        await GuessAsync(host.Anonymous);

        var refusal = await RefusedAsync(host.Anonymous, _honest.Sign(_honest.Ask(other.Slc)));

        Assert.Equal("TOO_MANY_FAILURES", refusal.Reason());
        Assert.Equal(0, (await host.ReadAsync(other)).MachinesHeld);
    }

    [Fact]
    public async Task Believes_no_key_that_only_stands_in_a_header()
    {
        await using var host = await StartAsync();
        var license = await host.CreateLicenseAsync();
        var honest = _honest.Sign(_honest.Ask(license.Slc)).ToStringUtf8().Split('.');
        await ActivateAsync(host.Anonymous, ByteString.CopyFromUtf8(string.Join('.', honest)));
        await GuessAsync(host.Anonymous);

        var guess = _guesser.Sign(_guesser.Ask(license.Slc)).ToStringUtf8().Split('.');
        var refusal = await RefusedAsync(
            host.Anonymous, ByteString.CopyFromUtf8(string.Join('.', honest[0], guess[1], guess[2])));

        Assert.Equal("TOO_MANY_FAILURES", refusal.Reason());
        Assert.Equal(1, (await host.ReadAsync(license)).MachinesHeld);
    }

    [Fact]
    public async Task Counts_failures_alone()
    {
        await using var host = await StartAsync();
        var license = await host.CreateLicenseAsync(license => license.MachineLimit = 1);
        var file = _honest.Sign(_honest.Ask(license.Slc));
        for (var i = 0; i < Limit * 3; i++)
        {
            await ActivateAsync(host.Anonymous, file);

            // No seat is left, and no credentials came along: neither is a guess.
            var noSeat = await RefusedAsync(host.Anonymous, _guesser.Sign(_guesser.Ask(license.Slc)));
            Assert.Equal("SEATS_EXHAUSTED", noSeat.Reason());
            Assert.Equal("UNAUTHENTICATED", (await ReadRefusedAsync(host.Anonymous, license)).Reason());
        }
    }

    [Fact]
    public async Task Leaves_callers_with_accepted_credentials_alone()
    {
        await using var host = await StartAsync();
        var license = await host.CreateLicenseAsync();
        await GuessAsync(host.Anonymous);

        for (var i = 0; i < Limit * 2; i++)
        {
            var refusal = await RefusedAsync(host.Administrator, _guesser.Sign(_guesser.Ask(Slc.Random().ToGroups())));
            Assert.Equal("SLC_UNKNOWN", refusal.Reason());
        }

        var granted = await ActivateAsync(host.Administrator, _honest.Sign(_honest.Ask(license.Slc)));
        Assert.Equal(1, granted.Activation.Generation);
    }

    [Fact]
    public async Task Counts_wrong_api_keys_too_and_lets_the_right_one_through()
    {
        await using var host = await StartAsync();
        var license = await host.CreateLicenseAsync();
        var wrong = host.Connect($"ent_{Guid.NewGuid():N}_{new string('A', 43)}");

        for (var i = 0; i < Limit; i++)
        {
            Assert.Equal("UNAUTHENTICATED", (await ReadRefusedAsync(wrong, license)).Reason());
        }

        var refusal = await ReadRefusedAsync(wrong, license);
        Assert.Equal((StatusCode.ResourceExhausted, "TOO_MANY_FAILURES"), (refusal.StatusCode, refusal.Reason()));
        var unknown = await RefusedAsync(host.Anonymous, _honest.Sign(_honest.Ask(license.Slc)));
        Assert.Equal("TOO_MANY_FAILURES", unknown.Reason());
        Assert.Equal(license, await host.ReadAsync(license));
    }

    [Fact]
    public async Task Verifies_nothing_of_an_address_that_is_refused_and_nothing_that_is_malformed()
    {
        await using var host = await StartAsync();
        var license = await host.CreateLicenseAsync();
        var verifications = host.Services.GetRequiredService<VerificationQueue>();
        var good = _guesser.Sign(_guesser.Ask(license.Slc));
        ByteString[] malformed =
        [
            ByteString.CopyFrom(new byte[LicenseRequestFile.MaxBytes + 1]),
            ByteString.CopyFromUtf8(good.ToStringUtf8().Trim() + "="),
            ByteString.CopyFromUtf8("e30." + good.ToStringUtf8().Split('.', 2)[1]),
        ];

        foreach (var file in malformed)
        {
            Assert.Equal("LICENSE_REQUEST_INVALID", (await RefusedAsync(host.Anonymous, file)).Reason());
        }

        Assert.Equal("TOO_MANY_FAILURES", (await RefusedAsync(host.Anonymous, good)).Reason());
        Assert.Equal(0, verifications.Served);
    }

    [Fact]
    public async Task Refuses_for_a_moment_what_can_not_wait_for_its_verification()
    {
        await using var host = await StartAsync(
            ("Abuse:MaxVerifications", "1"), ("Abuse:MaxWaitingVerifications", "0"));
        var license = await host.CreateLicenseAsync();
        var file = _honest.Sign(_honest.Ask(license.Slc));
        using (await host.Services.GetRequiredService<VerificationQueue>().EnterAsync(CancellationToken.None))
        {
            var refusal = await RefusedAsync(host.Anonymous, file);

            Assert.Equal((StatusCode.ResourceExhausted, "TOO_BUSY"), (refusal.StatusCode, refusal.Reason()));
            Assert.True(refusal.Find<RetryInfo>()!.RetryDelay.ToTimeSpan() > TimeSpan.Zero);
        }

        Assert.Equal(1, (await ActivateAsync(host.Anonymous, file)).Activation.Generation);
    }

    [Fact]
    public async Task Logs_an_address_once_and_not_with_each_guess()
    {
        await using var host = await StartAsync();
        await GuessAsync(host.Anonymous);
        await GuessAsync(host.Anonymous);
        _clock.Advance(TimeSpan.FromMinutes(1) / Limit);
        await GuessAsync(host.Anonymous);

        var line = Assert.Single(host.Logs.Lines, line => line.EventId == 1600);
        Assert.Contains("127.0.0.1", line.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.0/8", "TOO_MANY_FAILURES", "SLC_UNKNOWN")]
    [InlineData("192.0.2.9", "TOO_MANY_FAILURES", "TOO_MANY_FAILURES")]
    [InlineData(null, "TOO_MANY_FAILURES", "TOO_MANY_FAILURES")]
    public async Task Tells_callers_apart_behind_a_proxy_that_is_trusted_and_behind_no_other(
        string? trusted, string same, string another)
    {
        await using var host = await StartAsync(("Server:TrustedProxies", trusted));
        await GuessAsync(host.Anonymous, "198.51.100.7");

        // What a caller writes in front of its own address is worth nothing.
        Assert.Equal(same, await ReasonAsync("203.0.113.1, 198.51.100.7"));
        Assert.Equal(another, await ReasonAsync("198.51.100.8"));

        async Task<string> ReasonAsync(string forwardedFor) =>
            (await RefusedAsync(host.Anonymous, Guess(), forwardedFor)).Reason();
    }

    private Task<EntitlementHost> StartAsync(params (string Key, string? Value)[] options)
    {
        var settings = new HostSettings
        {
            Clock = _clock,
            Options = new() { ["Abuse:FailuresPerAddress"] = $"{Limit}" },
        };
        foreach (var (key, value) in options)
        {
            settings.Options[key] = value;
        }

        return EntitlementHost.StartAsync(settings);
    }

    private ByteString Guess() => _guesser.Sign(_guesser.Ask(Slc.Random().ToGroups()));

    private async Task GuessAsync(GrpcChannel channel, string? forwardedFor = null)
    {
        for (var i = 0; i < Limit; i++)
        {
            await RefusedAsync(channel, Guess(), forwardedFor);
        }
    }

    private static async Task<ActivateResponse> ActivateAsync(GrpcChannel channel, ByteString file) =>
        await new ActivationService.ActivationServiceClient(channel).ActivateAsync(
            new ActivateRequest { LicenseRequest = file });

    private static Task<RpcException> RefusedAsync(GrpcChannel channel, ByteString file, string? forwardedFor = null) =>
        Shop.RefusedAsync(new ActivationService.ActivationServiceClient(channel).ActivateAsync(
            new ActivateRequest { LicenseRequest = file },
            forwardedFor is null ? [] : new Metadata { { "x-forwarded-for", forwardedFor } }));

    private static Task<RpcException> ReadRefusedAsync(GrpcChannel channel, License license) => Shop.RefusedAsync(
        new LicenseService.LicenseServiceClient(channel).GetLicenseAsync(new GetLicenseRequest { Name = license.Name }));
}
