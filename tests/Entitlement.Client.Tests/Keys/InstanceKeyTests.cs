using System.Runtime.Versioning;
using Entitlement.Client.Tests.Support;
using Entitlement.Formats;

namespace Entitlement.Client.Tests.Keys;

[UnsupportedOSPlatform("windows")]
public sealed class InstanceKeyTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string KeyFile => _directory.File(InstanceKey.FileName);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Is_made_once_and_kept_from_others()
    {
        using var made = InstanceKey.LoadOrCreate(_directory.Path);
        using var loaded = InstanceKey.LoadOrCreate(_directory.Path);

        Assert.Equal(made.PublicKey, loaded.PublicKey);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        Assert.Equal([InstanceKey.FileName], Directory.GetFiles(_directory.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Is_the_same_for_all_who_race_for_the_first()
    {
        var keys = Enumerable.Range(0, 16).AsParallel().WithDegreeOfParallelism(16)
            .Select(_ =>
            {
                using var key = InstanceKey.LoadOrCreate(_directory.Path);
                return key.PublicKey.Thumbprint;
            })
            .ToArray();

        Assert.Single(keys.Distinct());
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")]
    public void Is_never_replaced_when_it_cannot_be_read(string content)
    {
        File.WriteAllText(KeyFile, content);

        var failure = Assert.Throws<InvalidDataException>(() => InstanceKey.LoadOrCreate(_directory.Path).Dispose());

        Assert.Contains(KeyFile, failure.Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(KeyFile));
    }

    [Fact]
    public void Takes_rights_from_others_that_a_copy_gave_them()
    {
        InstanceKey.LoadOrCreate(_directory.Path).Dispose();
        File.SetUnixFileMode(KeyFile,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        InstanceKey.LoadOrCreate(_directory.Path).Dispose();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
    }

    [Fact]
    public void Signs_requests_that_name_it()
    {
        using var key = InstanceKey.LoadOrCreate(_directory.Path);

        var file = LicenseRequestFile.Read(key.Sign(Samples.Request));

        Assert.Equal(key.PublicKey, file.InstanceKey);
    }
}
