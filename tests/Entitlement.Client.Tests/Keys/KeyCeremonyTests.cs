using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Entitlement.Client.Tests.Support;
using Entitlement.Formats;
using Entitlement.Signing;

namespace Entitlement.Client.Tests.Keys;

[UnsupportedOSPlatform("windows")]
public sealed class KeyCeremonyTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly string[] Files = ["root.key.pem", "root.pem", "signing.key.pem", "signing.pem"];

    private readonly TemporaryDirectory _parent = new();

    private string Directory => _parent.File("keys");

    private KeyPaths Paths => KeyPaths.InDirectory(Directory);

    public static TheoryData<int> Interruptions => [0, 1, 2, 3];

    public static TheoryData<int> Gaps => [0, 1, 2];

    public void Dispose() => _parent.Dispose();

    [Fact]
    public void Makes_keys_that_sign_license_files_a_product_accepts()
    {
        Make();
        using var ring = KeyRing.Load(Paths, Samples.Now);
        var key = ring.CurrentAt(Samples.Now)!;
        using var instanceKey = Samples.NewKey();

        var file = LicenseFile.Read(key.Issue(Samples.Claims(Jwk.FromKey(instanceKey))));

        Assert.Equal(CertificateProblem.None,
            CertificateProfile.Check(file.Certificate.Span, [ring.RootCertificate], Samples.Now, out var publicKey));
        Assert.True(file.IsSignedBy(publicKey!));
        Assert.Equal(key.KeyId, file.KeyId);
        publicKey!.Dispose();
    }

    [Fact]
    public void Keeps_everything_it_makes_from_others()
    {
        Make();

        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(Directory));
        Assert.All(Files, file => Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(Directory, file))));
    }

    [Fact]
    public void Changes_nothing_when_all_is_there()
    {
        Make();
        var before = Contents();

        Assert.Empty(KeyCeremony.Complete(Directory, "Another", Samples.Now.AddDays(1)));

        Assert.Equal(before, Contents());
    }

    [Theory]
    [MemberData(nameof(Interruptions))]
    public void Goes_on_from_wherever_an_earlier_run_was_killed(int filesMade)
    {
        Make();
        var before = Contents();
        foreach (var file in Files[filesMade..])
        {
            File.Delete(Path.Combine(Directory, file));
        }

        Assert.False(KeyCeremony.IsComplete(Directory));
        var made = Make();

        Assert.Equal(Files[filesMade..], made.Select(Path.GetFileName));
        Assert.Equal(before[..filesMade], Contents()[..filesMade]);
        using var ring = KeyRing.Load(Paths, Samples.Now);
        var key = ring.CurrentAt(Samples.Now)!;
    }

    [Theory]
    [MemberData(nameof(Gaps))]
    public void Makes_nothing_in_the_place_of_what_was_taken_away(int missing)
    {
        Make();
        var last = Path.Combine(Directory, "signing.pem");
        File.Delete(missing == 2
            ? Path.Combine(Directory, "signing.key.pem") : Path.Combine(Directory, Files[missing]));
        if (missing < 2)
        {
            File.Delete(last);
        }

        var refusal = Assert.Throws<KeyStoreException>(() => Make());

        Assert.Equal(KeyStoreProblem.Missing, refusal.Problem);
        Assert.Equal(Path.Combine(Directory, Files[missing]), refusal.File);
        Assert.False(File.Exists(refusal.File));
    }

    [Fact]
    public void Signs_without_the_root_key_which_may_be_kept_away()
    {
        Make();
        File.Delete(Path.Combine(Directory, "root.key.pem"));

        Assert.True(KeyCeremony.IsComplete(Directory));
        Assert.Empty(Make());
        using var ring = KeyRing.Load(Paths, Samples.Now);
        var key = ring.CurrentAt(Samples.Now)!;
    }

    [Fact]
    public void Passes_over_what_a_killed_writer_left()
    {
        System.IO.Directory.CreateDirectory(Directory);
        File.WriteAllText(Path.Combine(Directory, "root.key.pem.0123.tmp"), "half a key");

        Assert.Equal(4, Make().Count);
    }

    [Fact]
    public void Lets_one_at_a_time_make_keys()
    {
        System.IO.Directory.CreateDirectory(Directory);
        using var other = new FileStream(Path.Combine(Directory, ".making"), FileMode.Create, FileAccess.ReadWrite,
            FileShare.None);

        Assert.Equal(KeyStoreProblem.Busy, Assert.Throws<KeyStoreException>(() => Make()).Problem);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void Refuses_a_signing_key_that_others_can_reach(UnixFileMode added)
    {
        Make();
        File.SetUnixFileMode(Paths.SigningKeyFile, OwnerOnly | added);

        var refusal = LoadRefusal(Paths);

        Assert.Equal((KeyStoreProblem.TooOpen, Paths.SigningKeyFile), (refusal.Problem, refusal.File));
        Assert.Contains("chmod 600", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lets_a_group_read_a_mounted_secret_only_when_it_is_told_to()
    {
        Make();
        File.SetUnixFileMode(Paths.SigningKeyFile, OwnerOnly | UnixFileMode.GroupRead);

        using var ring = KeyRing.Load(Paths with { GroupMayRead = true }, Samples.Now);
        File.SetUnixFileMode(Paths.SigningKeyFile, OwnerOnly | UnixFileMode.OtherRead);

        Assert.Equal(KeyStoreProblem.TooOpen, LoadRefusal(Paths with { GroupMayRead = true }).Problem);
    }

    [Theory]
    [InlineData("signing.key.pem")]
    [InlineData("signing.pem")]
    [InlineData("root.pem")]
    public void Names_the_file_that_is_missing_or_cannot_be_read(string file)
    {
        Make();
        var path = Path.Combine(Directory, file);
        File.WriteAllText(path, "-----BEGIN NOTHING-----\n");
        var unreadable = LoadRefusal(Paths);
        File.Delete(path);
        var missing = LoadRefusal(Paths);

        Assert.Equal((KeyStoreProblem.Unreadable, path), (unreadable.Problem, unreadable.File));
        Assert.Equal((KeyStoreProblem.Missing, path), (missing.Problem, missing.File));
    }

    [Fact]
    public void Goes_on_from_no_key_of_another_curve()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        System.IO.Directory.CreateDirectory(Directory);
        var path = Path.Combine(Directory, "root.key.pem");
        File.WriteAllText(path, other.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(path, OwnerOnly);

        var refusal = Assert.Throws<KeyStoreException>(() => Make());

        Assert.Equal((KeyStoreProblem.Unreadable, path), (refusal.Problem, refusal.File));
        Assert.False(File.Exists(Path.Combine(Directory, "root.pem")));
    }

    [Fact]
    public void Refuses_a_key_that_is_not_its_certificates()
    {
        Make();
        using var other = Samples.NewKey();
        File.WriteAllText(Paths.SigningKeyFile, other.ExportPkcs8PrivateKeyPem());

        Assert.Equal(KeyStoreProblem.Mismatch, LoadRefusal(Paths).Problem);
    }

    [Fact]
    public void Refuses_a_certificate_that_another_root_issued()
    {
        Make();
        KeyCeremony.Complete(_parent.File("other"), "Other", Samples.Now);

        var refusal = LoadRefusal(Paths with { RootCertificateFile = _parent.File("other/root.pem") });

        Assert.Equal((KeyStoreProblem.Mismatch, Paths.SigningCertificateFile), (refusal.Problem, refusal.File));
    }

    [Fact]
    public void Refuses_a_root_that_is_no_root()
    {
        Make();

        Assert.Equal(KeyStoreProblem.WrongProfile,
            LoadRefusal(Paths with { RootCertificateFile = Paths.SigningCertificateFile }).Problem);
    }

    [Theory]
    [InlineData(-2, true)]
    [InlineData(0, false)]
    [InlineData(399, false)]
    [InlineData(400, true)]
    public void Signs_only_while_its_certificate_is_valid(int daysFromMaking, bool isRefused)
    {
        Make();

        var refusal = Record.Exception(() => KeyRing.Load(Paths, Samples.Now.AddDays(daysFromMaking)).Dispose());

        Assert.Equal(isRefused ? KeyStoreProblem.NotValidNow : null, (refusal as KeyStoreException)?.Problem);
    }

    [Fact]
    public void Publishes_its_key_with_the_certificate_that_leads_to_the_root()
    {
        Make();
        using var ring = KeyRing.Load(Paths, Samples.Now);
        var key = ring.CurrentAt(Samples.Now)!;

        var published = Assert.Single(JsonWebKeySet.Read(JsonWebKeySet.Write([key.Certificate])));

        Assert.Equal((key.KeyId, key.KeyId), (published.KeyId, published.Key.Thumbprint));
        Assert.Equal(CertificateProblem.None,
            CertificateProfile.Check(published.Certificate.Span, [ring.RootCertificate], Samples.Now,
            out var publicKey));
        publicKey!.Dispose();
    }

    [Fact]
    public void Signs_for_many_threads_at_once()
    {
        Make();
        using var ring = KeyRing.Load(Paths, Samples.Now);
        var key = ring.CurrentAt(Samples.Now)!;
        using var publicKey = key.Certificate.GetECDsaPublicKey()!;
        var inputs = Enumerable.Range(0, 200).Select(number => BitConverter.GetBytes(number)).ToArray();

        var signatures = inputs.AsParallel().AsOrdered().WithDegreeOfParallelism(8).Select(input =>
            key.Sign(input)).ToArray();

        Assert.All(inputs.Zip(signatures), pair =>
            Assert.True(publicKey.VerifyData(pair.First, pair.Second, HashAlgorithmName.SHA256)));
    }

    private IReadOnlyList<string> Make() => KeyCeremony.Complete(Directory, "Test vendor", Samples.Now);

    private string[] Contents() => [.. Files.Select(file => File.ReadAllText(Path.Combine(Directory, file)))];

    private static KeyStoreException LoadRefusal(KeyPaths paths) =>
        Assert.Throws<KeyStoreException>(() => KeyRing.Load(paths, Samples.Now).Dispose());
}
