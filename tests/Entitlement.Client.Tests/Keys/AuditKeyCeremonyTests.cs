using System.Runtime.Versioning;
using Entitlement.Client.Tests.Support;
using Entitlement.Signing;

namespace Entitlement.Client.Tests.Keys;

[UnsupportedOSPlatform("windows")]
public sealed class AuditKeyCeremonyTests : IDisposable
{
    private readonly TemporaryDirectory _parent = new();

    private string Directory => _parent.File("keys");

    private AuditKeyPaths Paths => AuditKeyPaths.InDirectory(Directory);

    public void Dispose() => _parent.Dispose();

    [Fact]
    public void Makes_a_key_that_the_root_vouches_for_and_keeps_it_from_others()
    {
        var made = Make();
        using var key = AuditKey.Load(Paths, Samples.Now);

        Assert.Equal(["audit.key.pem", "audit.pem"], made.Select(Path.GetFileName));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Paths.KeyFile));
        Assert.True(key.IsValidAt(Samples.Now.AddYears(10)));
        Assert.False(key.IsValidAt(Samples.Now.AddYears(21)));
    }

    [Fact]
    public void Changes_nothing_when_all_is_there()
    {
        Make();
        var before = File.ReadAllText(Paths.KeyFile) + File.ReadAllText(Paths.CertificateFile);

        Assert.Empty(Make());

        Assert.Equal(before, File.ReadAllText(Paths.KeyFile) + File.ReadAllText(Paths.CertificateFile));
    }

    [Fact]
    public void Goes_on_from_a_key_without_a_certificate()
    {
        Make();
        var key = File.ReadAllText(Paths.KeyFile);
        File.Delete(Paths.CertificateFile);

        Assert.Equal(["audit.pem"], Make().Select(Path.GetFileName));

        Assert.Equal(key, File.ReadAllText(Paths.KeyFile));
        using var loaded = AuditKey.Load(Paths, Samples.Now);
    }

    [Fact]
    public void Makes_nothing_where_the_root_key_is_away()
    {
        KeyCeremony.Complete(Directory, "Test", Samples.Now);
        File.Delete(Path.Combine(Directory, "root.key.pem"));

        Assert.Empty(AuditKeyCeremony.Complete(Directory, Samples.Now));

        Assert.False(File.Exists(Paths.KeyFile));
        Assert.Equal(KeyStoreProblem.Missing, Refusal(Samples.Now).Problem);
    }

    [Fact]
    public void Refuses_a_certificate_of_another_kind_another_root_or_another_time()
    {
        Make();
        Assert.Equal(KeyStoreProblem.NotValidNow, Refusal(Samples.Now.AddYears(-1)).Problem);

        var other = _parent.File("other");
        KeyCeremony.Complete(other, "Other", Samples.Now);
        var root = Path.Combine(other, "root.pem");
        Assert.Equal(KeyStoreProblem.Mismatch, Refusal(Samples.Now, Paths with { RootCertificateFile = root }).Problem);

        var signing = KeyPaths.InDirectory(Directory);
        var wrong = Paths with { KeyFile = signing.SigningKeyFile, CertificateFile = signing.SigningCertificateFile };
        Assert.Equal(KeyStoreProblem.WrongProfile, Refusal(Samples.Now, wrong).Problem);
    }

    private IReadOnlyList<string> Make()
    {
        KeyCeremony.Complete(Directory, "Test", Samples.Now);
        return AuditKeyCeremony.Complete(Directory, Samples.Now);
    }

    private KeyStoreException Refusal(DateTimeOffset now, AuditKeyPaths? paths = null) =>
        Assert.Throws<KeyStoreException>(() => AuditKey.Load(paths ?? Paths, now));
}
