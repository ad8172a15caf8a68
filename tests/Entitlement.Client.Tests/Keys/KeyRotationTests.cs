using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Entitlement.Client.Tests.Support;
using Entitlement.Formats;
using Entitlement.Signing;

namespace Entitlement.Client.Tests.Keys;

[UnsupportedOSPlatform("windows")]
public sealed class KeyRotationTests : IDisposable
{
    private static readonly DateTimeOffset Tomorrow = Samples.Now.AddDays(1);

    private readonly TemporaryDirectory _parent = new();

    private string Root => _parent.File("root");

    private string Service => _parent.File("service");

    public void Dispose() => _parent.Dispose();

    [Fact]
    public void A_service_that_never_had_the_root_key_gets_its_keys_by_request_and_certificate()
    {
        MakeRoot();
        var first = Rotate(Samples.Now);
        var second = Rotate(Tomorrow);

        using var ring = KeyRing.Load(KeyPaths.InDirectory(Service), Samples.Now);

        Assert.Equal(["root.key.pem", "root.pem"], FilesIn(Root));
        Assert.Equal(
            ["root.pem", "signing-2.csr.pem", "signing-2.key.pem", "signing-2.pem", "signing.csr.pem", "signing.key.pem", "signing.pem"],
            FilesIn(Service));
        Assert.Equal([first.KeyId, second.KeyId], ring.Keys.Select(key => key.KeyId));
        Assert.Equal(CertificateProblem.None, CertificateProfile.Check(ring.Keys[1].Certificate, [ring.RootCertificate], Tomorrow));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(86_399, 0)]
    [InlineData(86_400, 1)]
    [InlineData(400 * 86_400, 1)]
    public void One_key_at_a_time_signs_and_a_prepared_one_begins_with_its_certificate(int seconds, int current)
    {
        MakeRoot();
        InstalledKey[] keys = [Rotate(Samples.Now), Rotate(Tomorrow)];
        using var ring = KeyRing.Load(KeyPaths.InDirectory(Service), Samples.Now);

        Assert.Equal(keys[current].KeyId, ring.CurrentAt(Samples.Now.AddSeconds(seconds))!.KeyId);
    }

    [Fact]
    public void A_revoked_key_gives_way_to_the_one_before_and_none_is_left_when_all_are_revoked()
    {
        MakeRoot();
        var first = Rotate(Samples.Now.AddHours(-1));
        var second = Rotate(Samples.Now);
        using var ring = KeyRing.Load(KeyPaths.InDirectory(Service), Samples.Now);

        Assert.Equal(first.KeyId, ring.CurrentAt(Samples.Now, keyId => keyId == second.KeyId)?.KeyId);
        Assert.Null(ring.CurrentAt(Samples.Now, _ => true));
    }

    [Fact]
    public void Takes_from_a_request_nothing_but_its_key()
    {
        MakeRoot();
        using var key = Samples.NewKey();
        var greedy = new CertificateRequest("CN=root", key, HashAlgorithmName.SHA256);
        greedy.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        greedy.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));

        using var issued = KeyRotation.Sign(Root, "r", greedy.CreateSigningRequestPem(), Samples.Now, Samples.Now);

        Assert.True(CertificateProfile.IsSigning(issued));
        Assert.DoesNotContain("CN=root", issued.Subject, StringComparison.Ordinal);
        Assert.Equal(CertificateProfile.MaxValidity, issued.NotAfter.ToUniversalTime() - issued.NotBefore.ToUniversalTime());
    }

    [Fact]
    public void Refuses_a_request_whose_asker_does_not_have_the_key_and_one_for_another_curve()
    {
        MakeRoot();
        var request = File.ReadAllText(KeyRotation.Request(Service).RequestFile);
        var der = Convert.FromBase64String(string.Concat(request.Split('\n')[1..^2]));
        der[^1] ^= 1;
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        string[] wrong =
        [
            PemEncoding.WriteString("CERTIFICATE REQUEST", der),
            new CertificateRequest("CN=x", other, HashAlgorithmName.SHA256).CreateSigningRequestPem(),
            "no request",
        ];

        Assert.All(wrong, text => Assert.Equal(
            (KeyStoreProblem.Unreadable, "a.csr"),
            ProblemOf(() => KeyRotation.Sign(Root, "a.csr", text, Samples.Now, Samples.Now).Dispose())));
    }

    [Fact]
    public void Installs_no_certificate_of_another_root_for_another_key_of_another_profile_or_that_is_over()
    {
        MakeRoot();
        Rotate(Samples.Now);
        KeyCeremony.Complete(_parent.File("other"), "Other", Samples.Now);
        var request = File.ReadAllText(KeyRotation.Request(Service).RequestFile);
        using var stranger = KeyRotation.Sign(_parent.File("other"), "r", request, Samples.Now, Samples.Now);
        using var right = KeyRotation.Sign(Root, "r", request, Samples.Now, Samples.Now);
        using var elsewhere = KeyRotation.Sign(
            Root, "r", File.ReadAllText(KeyRotation.Request(_parent.File("third")).RequestFile), Samples.Now, Samples.Now);
        var before = FilesIn(Service);

        Assert.Equal(KeyStoreProblem.Mismatch, Refused(stranger.ExportCertificatePem(), Samples.Now));
        Assert.Equal(KeyStoreProblem.Mismatch, Refused(elsewhere.ExportCertificatePem(), Samples.Now));
        Assert.Equal(KeyStoreProblem.WrongProfile, Refused(File.ReadAllText(Path.Combine(Root, "root.pem")), Samples.Now));
        Assert.Equal(KeyStoreProblem.NotValidNow, Refused(right.ExportCertificatePem(), Samples.Now.AddDays(401)));
        Assert.Equal(KeyStoreProblem.Unreadable, Refused("no certificate", Samples.Now));
        Assert.Equal(before, FilesIn(Service));
        Assert.EndsWith("signing-2.pem", Install(right, Samples.Now).CertificateFile, StringComparison.Ordinal);
        Assert.Equal(KeyStoreProblem.Mismatch, Refused(right.ExportCertificatePem(), Samples.Now));
    }

    [Fact]
    public void Passes_over_a_key_that_waits_for_its_certificate_and_tells_of_one_that_is_spoilt()
    {
        MakeRoot();
        var first = Rotate(Samples.Now);
        KeyRotation.Request(Service);
        var last = Rotate(Tomorrow);
        File.WriteAllText(Path.Combine(Service, "signing-2.pem"), "spoilt");

        using var ring = KeyRing.Load(KeyPaths.InDirectory(Service), Samples.Now);

        Assert.Equal([first.KeyId, last.KeyId], ring.Keys.Select(key => key.KeyId));
        Assert.Equal(Path.Combine(Service, "signing-2.pem"), Assert.Single(ring.Problems).File);
    }

    [Fact]
    public void Tells_by_content_whether_files_changed()
    {
        MakeRoot();
        Rotate(Samples.Now);
        var paths = KeyPaths.InDirectory(Service);
        var before = KeyRing.Fingerprint(paths);

        File.SetLastWriteTimeUtc(paths.SigningCertificateFile, DateTime.UnixEpoch);
        var touched = KeyRing.Fingerprint(paths);
        Rotate(Tomorrow);

        Assert.Equal(before, touched);
        Assert.NotEqual(before, KeyRing.Fingerprint(paths));
    }

    [Fact]
    public void Each_list_of_revoked_keys_keeps_what_the_one_before_revoked_and_has_the_next_number()
    {
        MakeRoot();
        using var root = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Root, "root.pem"));
        var (stolen, lost) = (Rotate(Samples.Now).KeyId, Rotate(Samples.Now).KeyId);

        var first = KeyRevocation.Revoke(Root, previous: null, [stolen], Tomorrow, Samples.Now);
        var second = KeyRevocation.Revoke(Root, first, [lost, stolen], Tomorrow.AddDays(1), Tomorrow);
        var list = RevokedKeyList.Read(second, [root]);

        Assert.Equal((1, 2), (RevokedKeyList.Read(first, [root]).Number, list.Number));
        Assert.Equal([(stolen, Samples.Now), (lost, Tomorrow)], list.Keys.Select(key => (key.KeyId, key.Since)));
        Assert.Equal((Tomorrow, Tomorrow.AddDays(1)), (list.IssueTime, list.NextUpdate));
        Assert.Throws<FileFormatException>(() => KeyRevocation.Revoke(Root, first, ["no kid"], Tomorrow, Samples.Now));
    }

    [Fact]
    public void Goes_on_from_no_list_of_another_root()
    {
        MakeRoot();
        KeyCeremony.Complete(_parent.File("other"), "Other", Samples.Now);
        var foreign = KeyRevocation.Revoke(_parent.File("other"), previous: null, [], Tomorrow, Samples.Now);

        var refusal = Assert.Throws<FileFormatException>(() => KeyRevocation.Revoke(Root, foreign, [], Tomorrow, Samples.Now));

        Assert.Equal(FileFormatCode.BadSignature, refusal.Code);
    }

    private void MakeRoot() => KeyCeremony.Complete(Root, "Test vendor", Samples.Now.AddDays(-1), CeremonyScope.RootAlone);

    private InstalledKey Rotate(DateTimeOffset from)
    {
        var request = KeyRotation.Request(Service);
        using var certificate = KeyRotation.Sign(
            Root, request.RequestFile, File.ReadAllText(request.RequestFile), from, Samples.Now.AddHours(-2));
        return Install(certificate, Samples.Now);
    }

    private InstalledKey Install(X509Certificate2 certificate, DateTimeOffset now) => KeyRotation.Install(
        Service, "c.pem", certificate.ExportCertificatePem(), File.ReadAllText(Path.Combine(Root, "root.pem")), now);

    private KeyStoreProblem Refused(string certificate, DateTimeOffset now) => ProblemOf(
        () => KeyRotation.Install(Service, "c.pem", certificate, rootCertificate: null, now)).Problem;

    private static (KeyStoreProblem Problem, string File) ProblemOf(Action action)
    {
        var refusal = Assert.Throws<KeyStoreException>(action);
        return (refusal.Problem, refusal.File);
    }

    private static string[] FilesIn(string directory) =>
    [
        .. Directory.EnumerateFiles(directory)
            .Select(file => Path.GetFileName(file))
            .Where(name => name != ".making")
            .Order(StringComparer.Ordinal),
    ];
}
