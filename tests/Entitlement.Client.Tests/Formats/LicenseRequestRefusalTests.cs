using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Entitlement.Client.Tests.Support;
using Entitlement.Formats;
using static Entitlement.Formats.FileFormatCode;

namespace Entitlement.Client.Tests.Formats;

/// <summary>Every rule that a request can break, one at a time: the code and the member that are named.</summary>
public sealed class LicenseRequestRefusalTests
{
    private const string Hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private static readonly Dictionary<string, Fault> Headers = new()
    {
        ["typ of another file"] = new(h => h["typ"] = "lic+jwt", WrongType, "header.typ"),
        ["typ in upper case"] = new(h => h["typ"] = "LRQ+JWT", WrongType, "header.typ"),
        ["typ JWT"] = new(h => h["typ"] = "JWT", WrongType, "header.typ"),
        ["typ missing"] = new(h => h.Remove("typ"), MissingMember, "header.typ"),
        ["typ null"] = new(h => h["typ"] = null, WrongValueKind, "header.typ"),
        ["alg none"] = new(h => h["alg"] = "none", WrongAlgorithm, "header.alg"),
        ["alg HS256"] = new(h => h["alg"] = "HS256", WrongAlgorithm, "header.alg"),
        ["alg RS256"] = new(h => h["alg"] = "RS256", WrongAlgorithm, "header.alg"),
        ["alg ES384"] = new(h => h["alg"] = "ES384", WrongAlgorithm, "header.alg"),
        ["alg missing"] = new(h => h.Remove("alg"), MissingMember, "header.alg"),
        ["crit"] = new(h => h["crit"] = new JsonArray("exp"), CriticalNotUnderstood, "header.crit"),
        ["jwk missing"] = new(h => h.Remove("jwk"), MissingMember, "header.jwk"),
        ["jwk no object"] = new(h => h["jwk"] = "key", WrongValueKind, "header.jwk"),
        ["kty RSA"] = new(h => h["jwk"]!["kty"] = "RSA", BadKey, "header.jwk.kty"),
        ["crv P-384"] = new(h => h["jwk"]!["crv"] = "P-384", BadKey, "header.jwk.crv"),
        ["crv missing"] = new(h => h["jwk"]!.AsObject().Remove("crv"), MissingMember, "header.jwk.crv"),
        ["x missing"] = new(h => h["jwk"]!.AsObject().Remove("x"), MissingMember, "header.jwk.x"),
        ["x of 31 bytes"] = new(h => h["jwk"]!["x"] = Hash[..42], NotCanonicalBase64Url, "header.jwk.x"),
        ["x with left-over bits"] = new(h => h["jwk"]!["x"] = Hash[..42] + "B", NotCanonicalBase64Url, "header.jwk.x"),
        ["key not on the curve"] = new(h => h["jwk"]!["y"] = Hash, BadKey, "header.jwk"),
        ["key all zeros"] = new(h => h["jwk"] = Key(Hash, Hash), BadKey, "header.jwk"),
        ["private key"] = new(h => h["jwk"]!["d"] = Hash, BadKey, "header.jwk.d"),
        ["unknown member of jwk"] = new(h => h["jwk"]!["ext"] = true, UnknownMember, "header.jwk.ext"),
        ["unknown member of header"] = new(h => h["kid"] = "1", UnknownMember, "header.kid"),
    };

    private static readonly Dictionary<string, Fault> Payloads = new()
    {
        ["jti missing"] = new(p => p.Remove("jti"), MissingMember, "jti"),
        ["jti no UUID"] = new(p => p["jti"] = "4711", BadText, "jti"),
        ["jti in upper case"] = new(p => p["jti"] = "3F1C9A52-6C1E-4D0B-9A43-5F3A0E9B7C11", BadText, "jti"),
        ["jti in braces"] = new(p => p["jti"] = "{3f1c9a52-6c1e-4d0b-9a43-5f3a0e9b7c11}", BadText, "jti"),
        ["iat missing"] = new(p => p.Remove("iat"), MissingMember, "iat"),
        ["iat negative"] = new(p => p["iat"] = -1, OutOfRange, "iat"),
        ["iat with a fraction"] = new(p => p["iat"] = 1.5, OutOfRange, "iat"),
        ["iat after the year 9999"] = new(p => p["iat"] = 253_402_300_800, OutOfRange, "iat"),
        ["iat beyond any integer"] = new(p => p["iat"] = JsonNode.Parse("1e400"), OutOfRange, "iat"),
        ["iat as text"] = new(p => p["iat"] = "1795348800", WrongValueKind, "iat"),
        ["aud as a list"] = new(p => p["aud"] = new JsonArray("a"), WrongValueKind, "aud"),
        ["ver missing"] = new(p => p.Remove("ver"), MissingMember, "ver"),
        ["ver 2"] = new(p => p["ver"] = 2, UnknownVersion, "ver"),
        ["ver 0"] = new(p => p["ver"] = 0, UnknownVersion, "ver"),
        ["ver as text"] = new(p => p["ver"] = "1", WrongValueKind, "ver"),
        ["op unknown"] = new(p => p["op"] = "return", BadText, "op"),
        ["op in upper case"] = new(p => p["op"] = "Activate", BadText, "op"),
        ["op missing"] = new(p => p.Remove("op"), MissingMember, "op"),
        ["slc missing"] = new(p => p.Remove("slc"), MissingMember, "slc"),
        ["slc empty"] = new(p => p["slc"] = "", BadText, "slc"),
        ["slc null"] = new(p => p["slc"] = null, WrongValueKind, "slc"),
        ["slc of 257 characters"] = new(p => p["slc"] = new string('A', 257), BadText, "slc"),
        ["product missing"] = new(p => p.Remove("product"), MissingMember, "product"),
        ["product with a line feed"] = new(p => p["product"] = "de\nmo", BadText, "product"),
        ["product with NUL"] = new(p => p["product"] = "demo\0", BadText, "product"),
        ["product_version missing"] = new(p => p.Remove("product_version"), MissingMember, "product_version"),
        ["build_date missing"] = new(p => p.Remove("build_date"), MissingMember, "build_date"),
        ["build_date of another form"] = new(p => p["build_date"] = "2026-1-2", BadText, "build_date"),
        ["build_date that is no day"] = new(p => p["build_date"] = "2026-02-30", BadText, "build_date"),
        ["machine missing"] = new(p => p.Remove("machine"), MissingMember, "machine"),
        ["machine name missing"] = new(p => Machine(p).Remove("name"), MissingMember, "machine.name"),
        ["components missing"] = new(p => Machine(p).Remove("components"), MissingMember, "machine.components"),
        ["no component"] = new(p => Machine(p)["components"] = new JsonObject(), MissingMember, "machine.components"),
        ["kind unknown"] = new(p => Kinds(p)["gpu"] = new JsonArray(Hash), UnknownMember, "machine.components.gpu"),
        ["kind without hash"] = new(p => Kinds(p)["tpm"] = new JsonArray(), MissingMember, "machine.components.tpm"),
        ["17 hashes"] = new(p => Kinds(p)["mac"] = Hashes(17), TooLarge, "machine.components.mac"),
        ["hash of one byte"] = new(p => Kinds(p)["mac"] = new JsonArray("AA"), NotCanonicalBase64Url, "machine.components.mac[0]"),
        ["hashes out of order"] = new(p => Kinds(p)["mac"] = Hashes(3, -1), NotSorted, "machine.components.mac[1]"),
        ["hash twice"] = new(p => Kinds(p)["mac"] = new JsonArray(Hash, Hash), NotSorted, "machine.components.mac[1]"),
        ["devices no list"] = new(p => p["devices"] = new JsonObject(), WrongValueKind, "devices"),
        ["device without id"] = new(p => Device(p, 1).Remove("id"), MissingMember, "devices[1].id"),
        ["device id of 129 characters"] = new(p => Device(p, 1)["id"] = new string('i', 129), BadText, "devices[1].id"),
        ["feature of 129 characters"] = new(p => Device(p, 1)["feature"] = new string('f', 129), BadText, "devices[1].feature"),
        ["device without feature"] = new(p => Device(p, 0).Remove("feature"), MissingMember, "devices[0].feature"),
        ["device twice"] = new(p => p["devices"]!.AsArray().Add(Device(p, 0).DeepClone()), DuplicateMember, "devices[2]"),
        ["unknown member of device"] = new(p => Device(p, 0)["serial"] = "1", UnknownMember, "devices[0].serial"),
        ["unknown member"] = new(p => p["exp"] = 1, UnknownMember, "exp"),
        ["member in other case"] = new(p => p["Aud"] = "a", UnknownMember, "Aud"),
        ["gen missing"] = new(p => p.Remove("gen"), MissingMember, "gen"),
        ["gen negative"] = new(p => p["gen"] = -1, OutOfRange, "gen"),
        ["gen too large"] = new(p => p["gen"] = 2_147_483_648, OutOfRange, "gen"),
        ["replace without replaces"] = new(p => p["op"] = "replace", MissingMember, "replaces"),
        ["replaces without replace"] = new(p => p["replaces"] = "accounts/a", UnexpectedMember, "replaces"),
        ["list for a hash"] = new(p => Kinds(p)["mac"] = new JsonArray(new JsonArray()), WrongValueKind, "machine.components.mac[0]"),
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

        Assert.Equal(UnknownVersion, Refusal(RawJws.Sign(Samples.RequestHeader(key), payload, key)).Code);
    }

    [Fact]
    public void Refuses_a_signature_of_another_key()
    {
        using var key = Samples.NewKey();
        using var other = Samples.NewKey();

        var refusal = Refusal(RawJws.Sign(Samples.RequestHeader(key), Samples.RequestPayload(key), other));

        Assert.Equal((BadSignature, "signature"), (refusal.Code, refusal.Member));
    }

    [Fact]
    public void Checks_the_signature_before_it_looks_at_the_claims()
    {
        using var key = Samples.NewKey();
        using var other = Samples.NewKey();

        var refusal = Refusal(RawJws.Sign(Samples.RequestHeader(key).ToJsonString(), "no claims at all", other));

        Assert.Equal(BadSignature, refusal.Code);
    }

    [Fact]
    public void Shows_but_never_trusts_a_request_whose_signature_is_wrong()
    {
        using var key = Samples.NewKey();
        using var other = Samples.NewKey();

        var file = RawJws.Sign(Samples.RequestHeader(key), Samples.RequestPayload(key), other);
        var shown = LicenseRequestFile.Inspect(file);

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

        Assert.Equal(BadKey, refusal.Code);
    }

    private static FileFormatException Refusal(byte[] file) =>
        Assert.Throws<FileFormatException>(() => LicenseRequestFile.Read(file));

    private static JsonObject Machine(JsonObject payload) => payload["machine"]!.AsObject();

    private static JsonObject Kinds(JsonObject payload) => Machine(payload)["components"]!.AsObject();

    private static JsonObject Device(JsonObject payload, int index) => payload["devices"]![index]!.AsObject();

    private static JsonObject Key(string x, string y) =>
        new() { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = x, ["y"] = y };

    /// <param name="step">1 for hashes in order, -1 for the other way round.</param>
    private static JsonArray Hashes(int count, int step = 1) =>
        new([.. Enumerable.Range(0, count).Select(number => (JsonNode)$"{(char)('h' + (step * number))}{Hash[1..]}")]);

    private sealed record Fault(Action<JsonObject> Break, FileFormatCode Code, string Member);
}
