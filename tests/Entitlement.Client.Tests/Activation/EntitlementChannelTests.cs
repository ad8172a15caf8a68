using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Entitlement.Client.Activation;
using Entitlement.Client.Tests.Support;
using Entitlement.Client.Verification;
using Grpc.Core;

namespace Entitlement.Client.Tests.Activation;

public sealed class EntitlementChannelTests : IDisposable
{
    private readonly Vendor _vendor = new();
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _vendor.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Refuses_plain_text_to_another_machine_unless_it_is_asked_for()
    {
        var address = new Uri("http://licenses.example:5080");

        Assert.Throws<ArgumentException>(() => EntitlementChannel.Create(address).Dispose());
        EntitlementChannel.Create(address, allowPlaintext: true).Dispose();
        EntitlementChannel.Create(new Uri("https://licenses.example")).Dispose();
        Assert.Throws<ArgumentException>(() => EntitlementChannel.Create(new Uri("ftp://licenses.example")).Dispose());
    }

    [Theory]
    [InlineData("localhost", "pinned", true)]
    [InlineData("127.0.0.1", "pinned", false)]
    [InlineData("localhost", "another", false)]
    [InlineData("localhost", "the system's", false)]
    public async Task Speaks_TLS_only_with_a_service_of_that_name_and_root(string host, string roots, bool isTrusted)
    {
        using var root = NewRoot();
        using var another = NewRoot();
        using var certificate = NewServerCertificate(root);
        await using var service = await ActivationHost.StartAsync(_vendor, certificate);
        X509Certificate2Collection? trusted = roots switch { "pinned" => [root], "another" => [another], _ => null };
        using var channel = EntitlementChannel.Create(new Uri($"https://{host}:{service.Port}"), trusted);
        using var client = new EntitlementClient(
            new ProductBuild("demo", "2.1.0", new DateOnly(2026, 11, 1), _vendor.Root.ExportCertificatePem()),
            _directory.Path);

        var failure = await Record.ExceptionAsync(() => client.ActivateAsync(channel, "ABCDE-FGHJK"));

        var cause = (failure as RpcException)?.Status.DebugException?.GetBaseException();
        Assert.Equal(isTrusted ? null : typeof(AuthenticationException), cause?.GetType());
        Assert.Equal(isTrusted, client.Check().Reason != VerificationReason.NoLicenseFile);
    }

    private static X509Certificate2 NewRoot()
    {
        using var key = Samples.NewKey();
        var request = new CertificateRequest($"CN=TLS root {Guid.NewGuid():N}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
    }

    private static X509Certificate2 NewServerCertificate(X509Certificate2 root)
    {
        using var key = Samples.NewKey();
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(root, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100), [1]);
        return certificate.CopyWithPrivateKey(key);
    }
}
