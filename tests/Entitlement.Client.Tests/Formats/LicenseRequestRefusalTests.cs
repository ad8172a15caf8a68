using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Entitlement.Client.Tests.Support;
using Entitlement.Formats;

namespace Entitlement.Client.Tests.Formats;

/// <summary>Every rule that a request file can break, one at a time: the code and the member that the refusal names.</summary>
public sealed class LicenseRequestRefusalTests
{
    private const string Hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private static readonly Dictionary<string, (Action<JsonObject> Break, FileFormatCode Code, string Member)> Headers = new()
    {
        ["typ of another file"] = (h => h["typ"] = "lic+jwt", FileFormatCode.WrongType, "header.typ"),
        ["typ in upper case"] = (h => h["typ"] = "LRQ+JWT", FileFormatCode.WrongType, "header.typ"),
        ["typ JWT"] = (h => h["typ"] = "JWT", FileFormatCode.WrongType, "header.typ"),
        ["typ missing"] = (h => h.Remove("typ"), FileFormatCode.MissingMember, "header.typ"),
        ["typ null"] = (h => h["typ"] = null, FileFormatCode.WrongValueKind, "header.typ"),
        ["alg none"] = (h => h["alg"] = "none", FileFormatCode.WrongAlgorithm, "header.alg"),
        ["alg HS256"] = (h => h["alg"] = "HS256", FileFormatCode.WrongAlgorithm, "header.alg"),
        ["alg RS256"] = (h => h["alg"] = "RS256", FileFormatCode.WrongAlgorithm, "header.alg"),
        ["alg ES384"] = (h => h["alg"] = "ES384", FileFormatCode.WrongAlgorithm, "header.alg"),
        ["alg missing"] = (h => h.Remove("alg"), FileFormatCode.MissingMember, "header.alg"),
        ["crit"] = (h => h["crit"] = new JsonArray("exp"), FileFormatCode.CriticalNotUnderstood, "header.crit"),
        ["jwk missing"] = (h => h.Remove("jwk"), FileFormatCode.MissingMember, "header.jwk"),
        ["jwk no object"] = (h => h["jwk"] = "key", FileFormatCode.WrongValueKind, "header.jwk"),
        ["kty RSA"] = (h => h["jwk"]!["kty"] = "RSA", FileFormatCode.BadKey, "header.jwk.kty"),
        ["crv P-384"] = (h => h["jwk"]!["crv"] = "P-384", FileFormatCode.BadKey, "header.jwk.crv"),
        ["crv missing"] = (h => h["jwk"]!.AsObject().Remove("crv"), FileFormatCode.MissingMember, "header.jwk.crv"),
        ["x missing"] = (h => h["jwk"]!.AsObject().Remove("x"), FileFormatCode.MissingMember, "header.jwk.x"),
        ["x of 31 bytes"] = (h => h["jwk"]!["x"] = Hash[..42], FileFormatCode.NotCanonicalBase64Url, "header.jwk.x"),
        ["x with left-over bits"] = (h => h["jwk"]!["x"] = Hash[..42] + "B", FileFormatCode.NotCanonicalBase64Url, "header.jwk.x"),
        ["key not on the curve"] = (h => h["jwk"]!["y"] = Hash, FileFormatCode.BadKey, "header.jwk"),
        ["key all zeros"] = (h => h["jwk"] = Key(Hash, Hash), FileFormatCode.BadKey, "header.jwk"),
        ["private key"] = (h => h["jwk"]!["d"] = Hash, FileFormatCode.BadKey, "header.jwk.d"),
        ["unknown member of jwk"] = (h => h["jwk"]!["ext"] = true, FileFormatCode.UnknownMember, "header.jwk.ext"),
        ["unknown member of header"] = (h => h["kid"] = "1", FileFormatCode.UnknownMember, "header.kid"),
    };

    private static readonly Dictionary<string, (Action<JsonObject> Break, FileFormatCode Code, string Member)> Payloads = new()
    {
        ["jti missing"] = (p => p.Remove("jti"), FileFormatCode.MissingMember, "jti"),
        ["jti no UUID"] = (p => p["jti"] = "4711", FileFormatCode.BadText, "jti"),
        ["jti in upper case"] = (p => p["jti"] = "3F1C9A52-6C1E-4D0B-9A43-5F3A0E9B7C11", FileFormatCode.BadText, "jti"),
        ["jti in braces"] = (p => p["jti"] = "{3f1c9a52-6c1e-4d0b-9a43-5f3a0e9b7c11}", FileFormatCode.BadText, "jti"),
        ["iat missing"] = (p => p.Remove("iat"), FileFormatCode.MissingMember, "iat"),
        ["iat negative"] = (p => p["iat"] = -1, FileFormatCode.OutOfRange, "iat"),
        ["iat with a fraction"] = (p => p["iat"] = 1.5, FileFormatCode.OutOfRange, "iat"),
        ["iat after the year 9999"] = (p => p["iat"] = 253_402_300_800, FileFormatCode.OutOfRange, "iat"),
        ["iat beyond any integer"] = (p => p["iat"] = JsonNode.Parse("1e400"), FileFormatCode.OutOfRange, "iat"),
        ["iat as text"] = (p => p["iat"] = "1795348800", FileFormatCode.WrongValueKind, "iat"),
        ["aud as a list"] = (p => p["aud"] = new JsonArray("a"), FileFormatCode.WrongValueKind, "aud"),
        ["ver missing"] = (p => p.Remove("ver"), FileFormatCode.MissingMember, "ver"),
        ["ver 2"] = (p => p["ver"] = 2, FileFormatCode.UnknownVersion, "ver"),
        ["ver 0"] = (p => p["ver"] = 0, FileFormatCode.UnknownVersion, "ver"),
        ["ver as text"] = (p => p["ver"] = "1", FileFormatCode.WrongValueKind, "ver"),
        ["op unknown"] = (p => p["op"] = "return", FileFormatCode.BadText, "op"),
        ["op in upper case"] = (p => p["op"] = "Activate", FileFormatCode.BadText, "op"),
        ["op missing"] = (p => p.Remove("op"), FileFormatCode.MissingMember, "op"),
        ["slc missing"] = (p => p.Remove("slc"), FileFormatCode.MissingMember, "slc"),
        ["slc empty"] = (p => p["slc"] = "", FileFormatCode.BadText, "slc"),
        ["slc null"] = (p => p["slc"] = null, FileFormatCode.WrongValueKind, "slc"),
        ["slc of 257 characters"] = (p => p["slc"] = new string('A', 257), FileFormatCode.BadText, "slc"),
        ["product missing"] = (p => p.Remove("product"), FileFormatCode.MissingMember, "product"),
        ["product with a line feed"] = (p => p["product"] = "de\nmo", FileFormatCode.BadText, "product"),
        ["product with NUL"] = (p => p["product"] = "demo\0", FileFormatCode.BadText, "product"),
        ["product_version missing"] = (p => p.Remove("product_version"), FileFormatCode.MissingMember, "product_version"),
        ["build_date missing"] = (p => p.Remove("build_date"), FileFormatCode.MissingMember, "build_date"),
        ["build_date of another form"] = (p => p["build_date"] = "2026-1-2", FileFormatCode.BadText, "build_date"),
        ["build_date that is no day"] = (p => p["build_date"] = "2026-02-30", FileFormatCode.BadText, "build_date"),
        ["machine missing"] = (p => p.Remove("machine"), FileFormatCode.MissingMember, "machine"),
        ["machine name missing"] = (p => p["machine"]!.AsObject().Remove("name"), FileFormatCode.MissingMember, "machine.name"),
        ["components missing"] = (p => p["machine"]!.AsObject().Remove("components"), FileFormatCode.MissingMember, "machine.components"),
        ["no component"] = (p => p["machine"]!["components"] = new JsonObject(), FileFormatCode.MissingMember, "machine.components"),
        ["kind unknown"] = (p => p["machine"]!["components"]!["gpu"] = new JsonArray(Hash), FileFormatCode.UnknownMember, "machine.components.gpu"),
        ["kind without hash"] = (p => p["machine"]!["components"]!["tpm"] = new JsonArray(), FileFormatCode.MissingMember, "machine.components.tpm"),
        ["17 hashes"] = (p => p["machine"]!["components"]!["mac"] = Hashes(17), FileFormatCode.TooLarge, "machine.components.mac"),
        ["hash of 31 bytes"] = (p => p["machine"]!["components"]!["mac"] = new JsonArray(Hash[..42]), FileFormatCode.NotCanonicalBase64Url, "machine.components.mac[0]"),
        ["hashes out of order"] = (p => p["machine"]!["components"]!["mac"] = new JsonArray([.. Hashes(3).Reverse().Select(n => n!.DeepClone())]), FileFormatCode.NotSorted, "machine.components.mac[1]"),
        ["hash twice"] = (p => p["machine"]!["components"]!["mac"] = new JsonArray(Hash, Hash), FileFormatCode.NotSorted, "machine.components.mac[1]"),
        ["devices no list"] = (p => p["devices"] = new JsonObject(), FileFormatCode.WrongValueKind, "devices"),
        ["device without id"] = (p => p["devices"]![1]!.AsObject().Remove("id"), FileFormatCode.MissingMember, "devices[1].id"),
        ["device id of 129 characters"] = (p => p["devices"]![1]!["id"] = new string('i', 129), FileFormatCode.BadText, "devices[1].id"),
        ["feature of 129 characters"] = (p => p["devices"]![1]!["feature"] = new string('f', 129), FileFormatCode.BadText, "devices[1].feature"),
        ["device without feature"] = (p => p["devices"]![0]!.AsObject().Remove("feature"), FileFormatCode.MissingMember, "devices[0].feature"),
        ["device twice"] = (p => p["devices"]!.AsArray().Add(p["devices"]![0]!.DeepClone()), FileFormatCode.DuplicateMember, "devices[2]"),
        ["unknown member of device"] = (p => p["devices"]![0]!["serial"] = "1", FileFormatCode.UnknownMember, "devices[0].serial"),
        ["unknown member"] = (p => p["exp"] = 1, FileFormatCode.UnknownMember, "exp"),
        ["member in other case"] = (p => p["Aud"] = "a", FileFormatCode.UnknownMember, "Aud"),
        ["gen missing"] = (p => p.Remove("gen"), FileFormatCode.MissingMember, "gen"),
        ["gen negative"] = (p => p["gen"] = -1, FileFormatCode.OutOfRange, "gen"),
        ["gen too large"] = (p => p["gen"] = 2_147_483_648, FileFormatCode.OutOfRange, "gen"),
        ["replace without replaces"] = (p => p["op"] = "replace", FileFormatCode.MissingMember, "replaces"),
        ["replaces without replace"] = (p => p["replaces"] = "accounts/a", FileFormatCode.UnexpectedMember, "replaces"),
        ["five levels"] = (p => p["machine"]!["components"]!["mac"] = new JsonArray(new JsonArray(Hash)), FileFormatCode.WrongValueKind, "machine.components.mac[0]"),
    };

    public static TheoryData<string> HeaderCases => [.. Headers.Keys];

    public static TheoryData<string> PayloadCases => [.. Payloads.Keys];

    [Theory]
    [MemberData(nameof(HeaderCases))]
    public void Refuses_a_header_with(string fault)
    {
        using var key = Samples.NewKey();
        var (breakHeader, code, member) = Headers[fault];
        var header = Samples.RequestHeader(key);
        breakHeader(header);

        var refusal = Refusal(RawJws.Sign(header, Samples.RequestPayload(key), key));

        Assert.Equal((code, member), (refusal.Code, refusal.Member));
    }

    [Theory]
    [MemberData(nameof(PayloadCases))]
    public void Refuses_claims_with(string fault)
    {
        using var key = Samples.NewKey();
        var (breakPayload, code, member) = Payloads[fault];
        var payload = Samples.RequestPayload(key);
        breakPayload(payload);

        var refusal = Refusal(RawJws.Sign(Samples.RequestHeader(key), payload, key));

        Assert.Equal((code, member), (refusal.Code, refusal.Member));
        Assert.DoesNotContain(Samples.Request.Slc, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tells_another_version_before_what_is_strange_in_it()
    {
        using var key = Samples.NewKey();
        var payload = Samples.RequestPayload(key);
        payload.Insert(0, "new_in_version_2", new JsonObject());
        payload["ver"] = 2;

        Assert.Equal(FileFormatCode.UnknownVersion, Refusal(RawJws.Sign(Samples.RequestHeader(key), payload, key)).Code);
    }

    [Fact]
    public void Refuses_a_signature_of_another_key()
    {
        using var key = Samples.NewKey();
        using var other = Samples.NewKey();

        var refusal = Refusal(RawJws.Sign(Samples.RequestHeader(key), Samples.RequestPayload(key), other));

        Assert.Equal((FileFormatCode.BadSignature, "signature"), (refusal.Code, refusal.Member));
    }

    [Fact]
    public void Checks_the_signature_before_it_looks_at_the_claims()
    {
        using var key = Samples.NewKey();
        using var other = Samples.NewKey();

        var refusal = Refusal(RawJws.Sign(Samples.RequestHeader(key).ToJsonString(), "no claims at all", other));

        Assert.Equal(FileFormatCode.BadSignature, refusal.Code);
    }

    [Fact]
    public void Shows_but_never_trusts_a_request_whose_signature_is_wrong()
    {
        using var key = Samples.NewKey();
        using var other = Samples.NewKey();

        var shown = LicenseRequestFile.Inspect(RawJws.Sign(Samples.RequestHeader(key), Samples.RequestPayload(key), other));

        Assert.False(shown.IsVerified);
        Assert.Equal(Samples.Request.Jti, shown.Request.Jti);
    }

    [Fact]
    public void Writes_nothing_that_it_would_refuse()
    {
        using var key = Samples.NewKey();

        var refusal = Assert.Throws<FileFormatException>(
            () => LicenseRequestFile.Write(Samples.Request with { Product = "de\tmo" }, key));

        Assert.Equal("product", refusal.Member);
    }

    [Fact]
    public void Refuses_to_sign_with_a_key_on_another_curve()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        var refusal = Assert.Throws<FileFormatException>(() => LicenseRequestFile.Write(Samples.Request, key));

        Assert.Equal(FileFormatCode.BadKey, refusal.Code);
    }

    private static FileFormatException Refusal(byte[] file) =>
        Assert.Throws<FileFormatException>(() => LicenseRequestFile.Read(file));

    private static JsonObject Key(string x, string y) => new() { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = x, ["y"] = y };

    private static JsonArray Hashes(int count) =>
        new([.. Enumerable.Range(0, count).Select(number => (JsonNode)$"{(char)('a' + number)}{Hash[1..]}")]);
}
