using System.Diagnostics;
using System.Text;
using Entitlement.Formats;
using Entitlement.Signing;
using Entitlement.Storage;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using KeyWatch = Entitlement.Server.Signing.KeyWatch;

namespace Entitlement.Server.Tests.Signing;

/// <summary>What an operator does with the keys of a server whose clock a test moves.</summary>
internal sealed class KeyDesk(EntitlementHost host, ManualClock clock)
{
    public string Directory => Path.Combine(host.DataDirectory, "keys");

    public KeyService.KeyServiceClient Keys => new(host.Administrator);

    /// <summary>The next signing key, with its certificate, in the server's folder.</summary>
    public InstalledKey Rotate(TimeSpan lead)
    {
        var now = clock.GetUtcNow();
        var request = KeyRotation.Request(Directory);
        using var certificate = KeyRotation.Sign(
            Directory, request.RequestFile, File.ReadAllText(request.RequestFile), now + lead, now);
        return KeyRotation.Install(Directory, "c.pem", certificate.ExportCertificatePem(), rootCertificate: null, now);
    }

    /// <summary>The list after <paramref name="previous"/>, as the root's machine makes it.</summary>
    public byte[] Revoke(byte[]? previous, params string[] keyIds) =>
        KeyRevocation.Revoke(Directory, previous, keyIds, clock.GetUtcNow().AddDays(90), clock.GetUtcNow());

    public Task<PublishKeyRevocationListResponse> PublishAsync(byte[] list, string requestId = "") =>
        Keys.PublishKeyRevocationListAsync(new PublishKeyRevocationListRequest
        {
            KeyRevocationList = ByteString.CopyFrom(list),
            RequestId = requestId,
        }).ResponseAsync;

    public async Task<IEnumerable<string>> PublishedAsync()
    {
        var answer = await new KeyService.KeyServiceClient(host.Anonymous).GetJwksAsync(new GetJwksRequest());
        return JsonWebKeySet.Read(Encoding.UTF8.GetBytes(answer.Jwks)).Select(key => key.KeyId);
    }

    /// <summary>Lets the time pass until the server looks at its keys again, and it has looked.</summary>
    public async Task LetItLookAsync(Func<Task<bool>> hasSeen)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        long? advanced = null;
        while (!await hasSeen())
        {
            limit.Token.ThrowIfCancellationRequested();

            // Again after a while: just after a start there may be no timer yet that the first time could fire.
            if (advanced is null || Stopwatch.GetElapsedTime(advanced.Value) > TimeSpan.FromSeconds(2))
            {
                advanced = Stopwatch.GetTimestamp();
                clock.Advance(KeyWatch.Interval);
            }

            await Task.Yield();
        }
    }

    public Task LetItPublishAsync(params string[] keyIds) => LetItLookAsync(
        async () => (await PublishedAsync()).Order(StringComparer.Ordinal).SequenceEqual(keyIds.Order(StringComparer.Ordinal)));

    /// <summary>A second server on the database of one, with the keys that this one has by now.</summary>
    public static async Task<EntitlementHost> StartReplicaAsync(EntitlementHost first, ManualClock clock, string folder)
    {
        var keys = System.IO.Directory.CreateDirectory(Path.Combine(folder, "keys")).FullName;
        foreach (var file in System.IO.Directory.EnumerateFiles(Path.Combine(first.DataDirectory, "keys"), "*.pem"))
        {
            File.Copy(file, Path.Combine(keys, Path.GetFileName(file)));
        }

        return await EntitlementHost.StartAsync(new HostSettings
        {
            Database = DatabaseKind.PostgreSql,
            Clock = clock,
            DataDirectory = folder,
            Options = new()
            {
                ["Storage:ConnectionString"] =
                    first.Services.GetRequiredService<StorageEngine>().Connect().ConnectionString,
            },
        });
    }
}
