using System.Text.Json.Nodes;
using Entitlement.Client.Tests.Support;
using Entitlement.Formats;

namespace Entitlement.Client.Tests.Formats;

/// <summary>Every rule of form that a license file can break, one at a time, and what it may hold beside.</summary>
public sealed class LicenseFileRefusalTests : IDisposable
{
    private const string Hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private static readonly Dictionary<string, (Action<JsonObject> Break, FileFormatCode Code, string Member)> Headers = new()
    {
        ["typ of a request"] = (h => h["typ"] = "lrq+jwt", FileFormatCode.WrongType, "header.typ"),
        ["typ missing"] = (h => h.Remove("typ"), FileFormatCode.MissingMember, "header.typ"),
        ["alg none"] = (h => h["alg"] = "none", FileFormatCode.WrongAlgorithm, "header.alg"),
        ["alg HS256"] = (h => h["alg"] = "HS256", FileFormatCode.WrongAlgorithm, "header.alg"),
        ["alg RS256"] = (h => h["alg"] = "RS256", FileFormatCode.WrongAlgorithm, "header.alg"),
        ["crit"] = (h => h["crit"] = new JsonArray("b64"), FileFormatCode.CriticalNotUnderstood, "header.crit"),
        ["crit empty"] = (h => h["crit"] = new JsonArray(), FileFormatCode.CriticalNotUnderstood, "header.crit"),
        ["kid missing"] = (h => h.Remove("kid"), FileFormatCode.MissingMember, "header.kid"),
        ["kid no thumbprint"] = (h => h["kid"] = "signing-1", FileFormatCode.NotCanonicalBase64Url, "header.kid"),
        ["x5c missing"] = (h => h.Remove("x5c"), FileFormatCode.MissingMember, "header.x5c"),
        ["x5c empty"] = (h => h["x5c"] = new JsonArray(), FileFormatCode.BadCertificate, "header.x5c"),
        ["x5c with the root too"] = (h => h["x5c"]!.AsArray().Add("AAAA"), FileFormatCode.TooLarge, "header.x5c"),
        ["x5c in base64url"] = (h => h["x5c"] = new JsonArray("_-8"), FileFormatCode.BadCertificate, "header.x5c[0]"),
    };

    private static readonly Dictionary<string, (Action<JsonObject> Break, FileFormatCode Code, string Member)> Payloads = new()
    {
        ["iss missing"] = (p => p.Remove("iss"), FileFormatCode.MissingMember, "iss"),
        ["sub missing"] = (p => p.Remove("sub"), FileFormatCode.MissingMember, "sub"),
        ["jti missing"] = (p => p.Remove("jti"), FileFormatCode.MissingMember, "jti"),
        ["iat missing"] = (p => p.Remove("iat"), FileFormatCode.MissingMember, "iat"),
        ["nbf missing"] = (p => p.Remove("nbf"), FileFormatCode.MissingMember, "nbf"),
        ["nbf as text"] = (p => p["nbf"] = "now", FileFormatCode.WrongValueKind, "nbf"),
        ["exp null"] = (p => p["exp"] = null, FileFormatCode.WrongValueKind, "exp"),
        ["exp negative"] = (p => p["exp"] = -1, FileFormatCode.OutOfRange, "exp"),
        ["ver missing"] = (p => p.Remove("ver"), FileFormatCode.MissingMember, "ver"),
        ["ver 2"] = (p => p["ver"] = 2, FileFormatCode.UnknownVersion, "ver"),
        ["gen missing"] = (p => p.Remove("gen"), FileFormatCode.MissingMember, "gen"),
        ["gen 0"] = (p => p["gen"] = 0, FileFormatCode.OutOfRange, "gen"),
        ["slc missing"] = (p => p.Remove("slc"), FileFormatCode.MissingMember, "slc"),
        ["account missing"] = (p => p.Remove("account"), FileFormatCode.MissingMember, "account"),
        ["product missing"] = (p => p.Remove("product"), FileFormatCode.MissingMember, "product"),
        ["product of 257 characters"] = (p => p["product"] = new string('p', 257), FileFormatCode.BadText, "product"),
        ["features missing"] = (p => p.Remove("features"), FileFormatCode.MissingMember, "features"),
        ["feature without code"] = (p => p["features"]![1]!.AsObject().Remove("code"), FileFormatCode.MissingMember, "features[1].code"),
        ["feature code of 129 characters"] = (p => p["features"]![1]!["code"] = new string('c', 129), FileFormatCode.BadText, "features[1].code"),
        ["feature without quantity"] = (p => p["features"]![0]!.AsObject().Remove("quantity"), FileFormatCode.MissingMember, "features[0].quantity"),
        ["quantity negative"] = (p => p["features"]![0]!["quantity"] = -1, FileFormatCode.OutOfRange, "features[0].quantity"),
        ["counts unknown"] = (p => p["features"]![0]!["counts"] = "user", FileFormatCode.BadText, "features[0].counts"),
        ["device of 129 characters"] = (p => p["features"]![1]!["devices"]![1] = new string('d', 129), FileFormatCode.BadText, "features[1].devices[1]"),
        ["machine missing"] = (p => p.Remove("machine"), FileFormatCode.MissingMember, "machine"),
        ["match missing"] = (p => p["machine"]!.AsObject().Remove("match"), FileFormatCode.MissingMember, "machine.match"),
        ["match above the number of kinds"] = (p => p["machine"]!["match"] = 5, FileFormatCode.OutOfRange, "machine.match"),
        ["hash twice"] = (p => p["machine"]!["components"]!["mac"] = new JsonArray(Hash, Hash), FileFormatCode.NotSorted, "machine.components.mac[1]"),
        ["cnf missing"] = (p => p.Remove("cnf"), FileFormatCode.MissingMember, "cnf.jkt"),
        ["jkt missing"] = (p => p["cnf"] = new JsonObject(), FileFormatCode.MissingMember, "cnf.jkt"),
        ["jkt of 31 bytes"] = (p => p["cnf"]!["jkt"] = Hash[..42], FileFormatCode.NotCanonicalBase64Url, "cnf.jkt"),
        ["lrq missing"] = (p => p.Remove("lrq"), FileFormatCode.MissingMember, "lrq"),
        ["unknown member too deep"] = (p => p["new"] = JsonNode.Parse("[[[[1]]]]"), FileFormatCode.TooDeep, "new[0][0][0]"),
        ["unknown text too long"] = (p => p["new"] = new string('n', 257), FileFormatCode.BadText, "new"),
    };

    private readonly Vendor _vendor = new();

    public static TheoryData<string> HeaderCases => [.. Headers.Keys];

    public static TheoryData<string> PayloadCases => [.. Payloads.Keys];

    public void Dispose() => _vendor.Dispose();

    [Theory]
    [MemberData(nameof(HeaderCases))]
    public void Refuses_a_header_with(string fault)
    {
        var (breakHeader, code, member) = Headers[fault];
        var header = _vendor.Header();
        breakHeader(header);

        var refusal = Refusal(RawJws.Sign(header, _vendor.Payload(), _vendor.Key));

        Assert.Equal((code, member), (refusal.Code, refusal.Member));
    }

    [Theory]
    [MemberData(nameof(PayloadCases))]
    public void Refuses_claims_with(string fault)
    {
        var (breakPayload, code, member) = Payloads[fault];
        var payload = _vendor.Payload();
        breakPayload(payload);

        var refusal = Refusal(RawJws.Sign(_vendor.Header(), payload, _vendor.Key));

        Assert.Equal((code, member), (refusal.Code, refusal.Member));
    }

    [Fact]
    public void Passes_over_what_a_later_service_adds()
    {
        var (header, payload) = (_vendor.Header(), _vendor.Payload());
        header["jku"] = "https://attacker.example/keys";
        payload["new"] = JsonNode.Parse("""{"a": [{"b": 1.5e3}, null, true]}""");
        payload["features"]![0]!["new"] = "text";
        payload["machine"]!["components"]!["gpu"] = new JsonArray(Hash);
        payload["machine"]!["match"] = 5;

        var file = LicenseFile.Read(RawJws.Sign(header, payload, _vendor.Key));

        Assert.Equal(_vendor.Claims.Subject, file.Claims.Subject);
        Assert.Equal(5, file.Claims.Machine.Components.KindCount);
        Assert.True(file.IsSignedBy(_vendor.Key));
    }

    [Fact]
    public void Writes_nothing_that_it_would_refuse()
    {
        var claims = _vendor.Claims with { Machine = new LicensedMachine(Samples.Components, 5) };

        var refusal = Assert.Throws<FileFormatException>(() => _vendor.Issue(claims));

        Assert.Equal("machine.match", refusal.Member);
    }

    private static FileFormatException Refusal(byte[] file) => Assert.Throws<FileFormatException>(() => LicenseFile.Read(file));
}
