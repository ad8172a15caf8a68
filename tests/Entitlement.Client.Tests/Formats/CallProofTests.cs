using System.Text.Json.Nodes;
using Entitlement.Client.Tests.Support;
using Entitlement.Formats;
using static Entitlement.Formats.FileFormatCode;

namespace Entitlement.Client.Tests.Formats;

public sealed class CallProofTests
{
    private static readonly CallProof Proof = new()
    {
        Audience = "https://licenses.example",
        Rpc = "/entitlement.v1.ActivationService/ReportStatus",
        Subject = "accounts/a1/licenses/l1/activations/v1",
        Sequence = 3,
        BodyHash = CallProofFile.HashOf("report"u8),
    };

    private static readonly Dictionary<string, (Action<JsonObject> Break, FileFormatCode Code, string Member)> Faults = new()
    {
        ["aud missing"] = (p => p.Remove("aud"), MissingMember, "aud"),
        ["aud empty"] = (p => p["aud"] = "", BadText, "aud"),
        ["aud a list"] = (p => p["aud"] = new JsonArray("https://licenses.example"), WrongValueKind, "aud"),
        ["rpc missing"] = (p => p.Remove("rpc"), MissingMember, "rpc"),
        ["rpc too long"] = (p => p["rpc"] = new string('x', 257), BadText, "rpc"),
        ["sub missing"] = (p => p.Remove("sub"), MissingMember, "sub"),
        ["sub empty"] = (p => p["sub"] = "", BadText, "sub"),
        ["seq missing"] = (p => p.Remove("seq"), MissingMember, "seq"),
        ["seq 0"] = (p => p["seq"] = 0, OutOfRange, "seq"),
        ["seq beyond what every reader holds"] = (p => p["seq"] = 9_007_199_254_740_992, OutOfRange, "seq"),
        ["seq a text"] = (p => p["seq"] = "3", WrongValueKind, "seq"),
        ["body missing"] = (p => p.Remove("body"), MissingMember, "body"),
        ["body too short"] = (p => p["body"] = "AAAA", NotCanonicalBase64Url, "body"),
        ["unknown member"] = (p => p["exp"] = 1, UnknownMember, "exp"),
    };

    public static TheoryData<string> Cases => [.. Faults.Keys];

    [Fact]
    public void Reads_what_it_wrote_and_who_signed_it()
    {
        using var key = Samples.NewKey();
        var proof = Proof with { Sequence = CallProof.MaxSequence };

        var file = CallProofFile.Read(CallProofFile.Write(proof, key));

        Assert.Equal(proof, file.Proof);
        Assert.Equal(Jwk.FromKey(key), file.InstanceKey);
        Assert.True(file.IsVerified);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Refuses_claims_with(string fault)
    {
        using var key = Samples.NewKey();
        var (breakPayload, code, member) = Faults[fault];

        var refusal = Refusal(RawJws.Alter(CallProofFile.Write(Proof, key), breakPayload, key));

        Assert.Equal((code, member), (refusal.Code, refusal.Member));
    }

    [Fact]
    public void Refuses_a_signature_of_another_key_and_shows_it_all_the_same()
    {
        using var key = Samples.NewKey();
        using var other = Samples.NewKey();
        var file = RawJws.Alter(CallProofFile.Write(Proof, key), _ => { }, other);

        Assert.Equal(BadSignature, Refusal(file).Code);
        Assert.Equal((Proof, false), (CallProofFile.Inspect(file).Proof, CallProofFile.Inspect(file).IsVerified));
    }

    [Fact]
    public void The_same_content_signed_anew_is_the_same_call_and_another_content_is_not()
    {
        using var key = Samples.NewKey();
        var first = CallProofFile.Write(Proof, key);
        var again = CallProofFile.Write(Proof, key);

        Assert.NotEqual(first, again);
        Assert.True(CallProofFile.Read(first).ContentHash.Span.SequenceEqual(CallProofFile.Read(again).ContentHash.Span));
        Assert.False(CallProofFile.Read(first).ContentHash.Span.SequenceEqual(
            CallProofFile.Read(CallProofFile.Write(Proof with { Sequence = 4 }, key)).ContentHash.Span));
    }

    /// <summary>SHA-256 of "abc" from FIPS 180-4's examples, so that a maker in another language can compare.</summary>
    [Fact]
    public void The_hash_of_a_body_is_its_SHA_256_in_base64url() =>
        Assert.Equal("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0", CallProofFile.HashOf("abc"u8));

    [Fact]
    public void A_receipt_is_no_proof_and_a_proof_no_receipt()
    {
        using var key = Samples.NewKey();
        var receipt = new ReturnReceipt { Subject = Proof.Subject, Generation = 1, Jti = Guid.NewGuid(), IssueTime = Samples.Now };

        Assert.Equal(WrongType, Refusal(ReturnReceiptFile.Write(receipt, key)).Code);
        Assert.Equal(WrongType, Assert.Throws<FileFormatException>(
            () => ReturnReceiptFile.Read(CallProofFile.Write(Proof, key))).Code);
    }

    [Fact]
    public void Refuses_a_proof_one_byte_over_the_limit_before_anything_else() =>
        Assert.Equal((TooLarge, "file"), (Refusal(new byte[8193]).Code, Refusal(new byte[8193]).Member));

    [Fact]
    public void Writes_nothing_that_it_would_refuse()
    {
        using var key = Samples.NewKey();

        var refusal = Assert.Throws<FileFormatException>(() => CallProofFile.Write(Proof with { Sequence = 0 }, key));

        Assert.Equal("seq", refusal.Member);
    }

    private static FileFormatException Refusal(byte[] file) =>
        Assert.Throws<FileFormatException>(() => CallProofFile.Read(file));
}
