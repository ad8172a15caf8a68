using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Entitlement.Client.Tests.Support;
using Entitlement.Formats;
using Entitlement.Formats.Audit;
using Entitlement.Signing;

namespace Entitlement.Client.Tests.Audit;

public sealed class AuditFileTests : IDisposable
{
    private static readonly AuditBlockClaims Block = new()
    {
        Issuer = "https://licenses.example",
        Number = 7,
        SealTime = Samples.Now,
        Previous = SHA256.HashData([6]),
        Root = SHA256.HashData([7]),
        Count = 3,
        Total = 21,
    };

    private readonly ECDsa _key = Samples.NewKey();

    public void Dispose() => _key.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reads_a_block_as_it_was_written(bool withCertificate)
    {
        var file = AuditBlockFile.Read(Write(Block, withCertificate ? [1, 2, 3] : []));

        Assert.Equal(
            (Block.Issuer, Block.Number, Block.SealTime, Block.Count, Block.Total),
            (file.Block.Issuer, file.Block.Number, file.Block.SealTime, file.Block.Count, file.Block.Total));
        Assert.Equal(Block.Previous.ToArray(), file.Block.Previous.ToArray());
        Assert.Equal(Block.Root.ToArray(), file.Block.Root.ToArray());
        Assert.Equal(withCertificate ? [1, 2, 3] : null, file.Certificate?.ToArray());
        Assert.True(file.IsSignedBy(_key));
    }

    public static TheoryData<string, string?, FileFormatCode> Wrong => new()
    {
        { "number", "0", FileFormatCode.OutOfRange },
        { "count", "0", FileFormatCode.OutOfRange },
        { "count", "513", FileFormatCode.OutOfRange },
        { "total", "-1", FileFormatCode.OutOfRange },
        { "previous", "\"AAAA\"", FileFormatCode.NotCanonicalBase64Url },
        { "root", "17", FileFormatCode.WrongValueKind },
        { "iss", "\"\"", FileFormatCode.BadText },
        { "ver", "2", FileFormatCode.UnknownVersion },
        { "number", null, FileFormatCode.MissingMember },
        { "iat", null, FileFormatCode.MissingMember },
        { "previous", null, FileFormatCode.MissingMember },
        { "root", null, FileFormatCode.MissingMember },
        { "count", null, FileFormatCode.MissingMember },
        { "total", null, FileFormatCode.MissingMember },
        { "iss", null, FileFormatCode.MissingMember },
        { "ver", null, FileFormatCode.MissingMember },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Names_the_member_that_breaks_a_rule(string member, string? value, FileFormatCode code)
    {
        var parts = RawJws.Parts(Write(Block, []));
        var payload = RawJws.Json(parts[1]);
        payload.Remove(member);
        if (value is not null)
        {
            payload[member] = JsonNode.Parse(value);
        }

        var refusal = Assert.Throws<FileFormatException>(
            () => AuditBlockFile.Read(RawJws.Sign(RawJws.Json(parts[0]), payload, _key)));

        Assert.Equal((code, member), (refusal.Code, refusal.Member));
    }

    [Fact]
    public void Takes_no_head_for_a_block()
    {
        var head = new AuditHeadClaims
        {
            Issuer = "https://licenses.example",
            Number = 0,
            IssueTime = Samples.Now,
            Block = AuditBlockClaims.NoHash,
            Total = 0,
        };
        var file = AuditHeadFile.Write(head, Jwk.FromKey(_key).Thumbprint, [1], Sign);

        Assert.Equal(0, AuditHeadFile.Read(file).Head.Number);
        Assert.Equal(FileFormatCode.WrongType, Assert.Throws<FileFormatException>(() => AuditBlockFile.Read(file)).Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(47)]
    [InlineData(48 * 513)]
    public void Refuses_entries_that_are_none_or_not_whole_or_too_many(int length) =>
        Assert.Throws<FileFormatException>(() => AuditEntries.Read(new byte[length]));

    [Fact]
    public void Refuses_entries_that_are_not_in_order_or_stand_twice()
    {
        var (first, second) = (Entry(1), Entry(2));

        Assert.Equal(2, AuditEntries.Read([.. first, .. second]).Count);
        Assert.Equal(FileFormatCode.NotSorted, Refusal([.. second, .. first]));
        Assert.Equal(FileFormatCode.NotSorted, Refusal([.. first, .. first]));

        static byte[] Entry(byte id) => [id, .. new byte[47]];
        static FileFormatCode Refusal(byte[] entries) => Assert.Throws<FileFormatException>(() => AuditEntries.Read(entries)).Code;
    }

    [Fact]
    public void Tells_the_certificates_of_signing_keys_and_audit_keys_apart()
    {
        using var vendor = new Vendor();
        using var audit = CertificateIssuer.CreateAudit(_key, vendor.Root, vendor.RootKey, Samples.Now);

        Assert.Equal(CertificateProblem.None, AuditCertificate.Check(audit, [vendor.Root], Samples.Now));
        Assert.Equal(CertificateProblem.None, AuditCertificate.Check(audit, [vendor.Root], Samples.Now.AddYears(10)));
        Assert.Equal(CertificateProblem.WrongProfile, AuditCertificate.Check(vendor.Certificate, [vendor.Root], Samples.Now));
        Assert.Equal(CertificateProblem.WrongProfile, CertificateProfile.Check(audit, [vendor.Root], Samples.Now));
    }

    private byte[] Write(AuditBlockClaims block, byte[] certificate) =>
        AuditBlockFile.Write(block, Jwk.FromKey(_key).Thumbprint, certificate, Sign);

    private byte[] Sign(ReadOnlySpan<byte> input) =>
        _key.SignData(input, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
}
