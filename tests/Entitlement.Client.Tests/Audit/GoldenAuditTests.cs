using System.Buffers.Text;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Entitlement.Client.Tests.Support;
using Entitlement.Formats;
using Entitlement.Formats.Audit;

namespace Entitlement.Client.Tests.Audit;

/// <summary>A trail of three records that a program in another language made once; see the page beside its files.</summary>
public sealed class GoldenAuditTests : IDisposable
{
    private const string Account = "01980000-0000-7000-8000-000000000001";
    private const string License = $"accounts/{Account}/licenses/01980000-0000-7000-8000-0000000000c1";
    private const string Administrator = "administrators/01980000-0000-7000-8000-0000000000b1";
    private const string Commitment = "OsqgOdkveGdQNZ_Ta8UT_1W2AdqO5TOSNC1foI0CE2I";
    private const string BlockHash = "2UuJbzOmzayfAupsDYAi_1qVMHWWsdUJtiL5LHtc6IY";

    private static readonly AuditRecordForm[] Records =
    [
        new(Guid.Empty, Id(1), Samples.Now, "operator", "administrator.create", Administrator, "{}", default),
        new(
            Guid.Parse(Account),
            Id(2),
            Samples.Now.AddMilliseconds(123),
            Administrator,
            "license.suspend",
            License,
            "{}",
            Base64Url.DecodeFromChars(Commitment)),
        new(
            Guid.Parse(Account),
            Id(3),
            Samples.Now.AddMilliseconds(456.9),
            "instances/FojoXCb-vG8bn-XVaJc5YuF3UJjk5yoLmFHWVkdRefs",
            "activation.create",
            $"{License}/activations/01980000-0000-7000-8000-0000000000d1",
            """{"generation":1,"generation_before":0,"name":"größe"}""",
            default),
    ];

    private readonly X509Certificate2 _root = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(Read("audit-root.pem")));

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Hashes_the_very_bytes_of_a_record() => Assert.Equal(Read("audit-record.bin"), Records[1].ToBytes());

    [Fact]
    public void Binds_a_record_to_its_reason_by_salt_and_words()
    {
        byte[] salt = [.. Enumerable.Range(0, 32).Select(number => (byte)number)];

        Assert.Equal(Commitment, Base64Url.EncodeToString(AuditReasonCommitment.Of(salt, "Zahlung überfällig")));
    }

    [Fact]
    public void Lists_the_records_of_a_block_by_id_and_hash() =>
        Assert.Equal(Read("audit-entries.bin"), AuditEntries.Of(Records).Bytes);

    [Fact]
    public void Reads_and_believes_the_block_as_it_was_sealed()
    {
        var file = AuditBlockFile.Read(Read("audit-block.jws"));

        Assert.Equal(CertificateProblem.None,
            AuditCertificate.Check(file.Certificate!.Value.Span, [_root], file.Block.SealTime, out var key));
        Assert.True(file.IsSignedBy(key!));
        Assert.Equal((1L, 3, 3L, Samples.Now.AddSeconds(1), "https://golden.example"),
            (file.Block.Number, file.Block.Count, file.Block.Total, file.Block.SealTime, file.Block.Issuer));
        Assert.Equal(AuditEntries.Of(Records).Root(), file.Block.Root.ToArray());
        Assert.Equal(new byte[32], file.Block.Previous.ToArray());
        Assert.Equal(BlockHash, Base64Url.EncodeToString(file.ContentHash.Span));
        key!.Dispose();
    }

    [Fact]
    public void Reads_and_believes_the_head_as_it_was_saved()
    {
        var file = AuditHeadFile.Read(Read("audit-head.jws"));

        Assert.Equal(CertificateProblem.None,
            AuditCertificate.Check(file.Certificate.Span, [_root], file.Head.IssueTime, out var key));
        Assert.True(file.IsSignedBy(key!));
        Assert.Equal((1L, 3L, BlockHash), (file.Head.Number, file.Head.Total, Base64Url.EncodeToString(file.Head.Block.Span)));
        key!.Dispose();
    }

    private static Guid Id(int last) => Guid.Parse($"01980000-0000-7000-8000-0000000000a{last}");

    private static byte[] Read(string name) => File.ReadAllBytes(Repository.File("tests", "golden", "formats", "v1", name));
}
