using System.Text.Json.Nodes;
using Entitlement.Client.Tests.Support;
using Entitlement.Formats;
using static Entitlement.Formats.FileFormatCode;

namespace Entitlement.Client.Tests.Formats;

public sealed class ReturnReceiptTests
{
    private static readonly ReturnReceipt Receipt = new()
    {
        Subject = "accounts/a1/licenses/l1/activations/v1",
        Generation = 3,
        Jti = Guid.Parse("3f1c9a52-6c1e-4d0b-9a43-5f3a0e9b7c11"),
        IssueTime = Samples.Now,
    };

    private static readonly Dictionary<string, (Action<JsonObject> Break, FileFormatCode Code, string Member)> Faults = new()
    {
        ["sub missing"] = (p => p.Remove("sub"), MissingMember, "sub"),
        ["sub empty"] = (p => p["sub"] = "", BadText, "sub"),
        ["gen missing"] = (p => p.Remove("gen"), MissingMember, "gen"),
        ["gen 0"] = (p => p["gen"] = 0, OutOfRange, "gen"),
        ["jti missing"] = (p => p.Remove("jti"), MissingMember, "jti"),
        ["jti no UUID"] = (p => p["jti"] = "1", BadText, "jti"),
        ["iat missing"] = (p => p.Remove("iat"), MissingMember, "iat"),
        ["unknown member"] = (p => p["reason"] = "sold", UnknownMember, "reason"),
    };

    public static TheoryData<string> Cases => [.. Faults.Keys];

    [Fact]
    public void Reads_what_it_wrote_and_who_signed_it()
    {
        using var key = Samples.NewKey();

        var file = ReturnReceiptFile.Read(ReturnReceiptFile.Write(Receipt, key));

        Assert.Equal(Receipt, file.Receipt);
        Assert.Equal(Jwk.FromKey(key), file.InstanceKey);
        Assert.True(file.IsVerified);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Refuses_claims_with(string fault)
    {
        using var key = Samples.NewKey();
        var (breakPayload, code, member) = Faults[fault];

        var refusal = Refusal(RawJws.Alter(ReturnReceiptFile.Write(Receipt, key), breakPayload, key));

        Assert.Equal((code, member), (refusal.Code, refusal.Member));
    }

    [Fact]
    public void Refuses_a_signature_of_another_key_and_shows_it_all_the_same()
    {
        using var key = Samples.NewKey();
        using var other = Samples.NewKey();
        var file = RawJws.Alter(ReturnReceiptFile.Write(Receipt, key), _ => { }, other);

        Assert.Equal(BadSignature, Refusal(file).Code);
        Assert.Equal((Receipt, false), (ReturnReceiptFile.Inspect(file).Receipt, ReturnReceiptFile.Inspect(file).IsVerified));
    }

    [Fact]
    public void A_request_is_no_receipt_and_a_receipt_no_request()
    {
        using var key = Samples.NewKey();

        Assert.Equal(WrongType, Refusal(LicenseRequestFile.Write(Samples.Request, key)).Code);
        Assert.Equal(WrongType, Assert.Throws<FileFormatException>(
            () => LicenseRequestFile.Read(ReturnReceiptFile.Write(Receipt, key))).Code);
    }

    [Fact]
    public void Refuses_a_file_one_byte_over_the_limit_before_anything_else() =>
        Assert.Equal((TooLarge, "file"), (Refusal(new byte[8193]).Code, Refusal(new byte[8193]).Member));

    [Fact]
    public void Writes_nothing_that_it_would_refuse()
    {
        using var key = Samples.NewKey();

        var refusal = Assert.Throws<FileFormatException>(() => ReturnReceiptFile.Write(Receipt with { Generation = 0 }, key));

        Assert.Equal("gen", refusal.Member);
    }

    private static FileFormatException Refusal(byte[] file) =>
        Assert.Throws<FileFormatException>(() => ReturnReceiptFile.Read(file));
}
