using System.Text.Json.Nodes;
using Entitlement.Client.Tests.Support;
using Entitlement.Formats;
using static Entitlement.Formats.FileFormatCode;

namespace Entitlement.Client.Tests.Formats;

/// <summary>Every rule of form that a license file can break, one at a time, and what it may hold beside.</summary>
public sealed class LicenseFileRefusalTests : IDisposable
{
    private const string Hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private static readonly Dictionary<string, Fault> Headers = new()
    {
        ["typ of a request"] = new(h => h["typ"] = "lrq+jwt", WrongType, "header.typ"),
        ["typ missing"] = new(h => h.Remove("typ"), MissingMember, "header.typ"),
        ["alg none"] = new(h => h["alg"] = "none", WrongAlgorithm, "header.alg"),
        ["alg HS256"] = new(h => h["alg"] = "HS256", WrongAlgorithm, "header.alg"),
        ["alg RS256"] = new(h => h["alg"] = "RS256", WrongAlgorithm, "header.alg"),
        ["crit"] = new(h => h["crit"] = new JsonArray("b64"), CriticalNotUnderstood, "header.crit"),
        ["crit empty"] = new(h => h["crit"] = new JsonArray(), CriticalNotUnderstood, "header.crit"),
        ["kid missing"] = new(h => h.Remove("kid"), MissingMember, "header.kid"),
        ["kid no thumbprint"] = new(h => h["kid"] = "signing-1", NotCanonicalBase64Url, "header.kid"),
        ["x5c missing"] = new(h => h.Remove("x5c"), MissingMember, "header.x5c"),
        ["x5c empty"] = new(h => h["x5c"] = new JsonArray(), BadCertificate, "header.x5c"),
        ["x5c with the root too"] = new(h => h["x5c"]!.AsArray().Add("AAAA"), TooLarge, "header.x5c"),
        ["x5c in base64url"] = new(h => h["x5c"] = new JsonArray("_-8"), BadCertificate, "header.x5c[0]"),
    };

    private static readonly Dictionary<string, Fault> Payloads = new()
    {
        ["iss missing"] = new(p => p.Remove("iss"), MissingMember, "iss"),
        ["sub missing"] = new(p => p.Remove("sub"), MissingMember, "sub"),
        ["jti missing"] = new(p => p.Remove("jti"), MissingMember, "jti"),
        ["iat missing"] = new(p => p.Remove("iat"), MissingMember, "iat"),
        ["nbf missing"] = new(p => p.Remove("nbf"), MissingMember, "nbf"),
        ["nbf as text"] = new(p => p["nbf"] = "now", WrongValueKind, "nbf"),
        ["exp null"] = new(p => p["exp"] = null, WrongValueKind, "exp"),
        ["exp negative"] = new(p => p["exp"] = -1, OutOfRange, "exp"),
        ["ver missing"] = new(p => p.Remove("ver"), MissingMember, "ver"),
        ["ver 2"] = new(p => p["ver"] = 2, UnknownVersion, "ver"),
        ["gen missing"] = new(p => p.Remove("gen"), MissingMember, "gen"),
        ["gen 0"] = new(p => p["gen"] = 0, OutOfRange, "gen"),
        ["slc missing"] = new(p => p.Remove("slc"), MissingMember, "slc"),
        ["account missing"] = new(p => p.Remove("account"), MissingMember, "account"),
        ["product missing"] = new(p => p.Remove("product"), MissingMember, "product"),
        ["product of 257 characters"] = new(p => p["product"] = new string('p', 257), BadText, "product"),
        ["features missing"] = new(p => p.Remove("features"), MissingMember, "features"),
        ["feature without code"] = new(p => Feature(p, 1).Remove("code"), MissingMember, "features[1].code"),
        ["feature code of 129 characters"] = new(p => Feature(p, 1)["code"] = new string('c', 129), BadText, "features[1].code"),
        ["feature without quantity"] = new(p => Feature(p, 0).Remove("quantity"), MissingMember, "features[0].quantity"),
        ["quantity negative"] = new(p => Feature(p, 0)["quantity"] = -1, OutOfRange, "features[0].quantity"),
        ["counts unknown"] = new(p => Feature(p, 0)["counts"] = "user", BadText, "features[0].counts"),
        ["device of 129 characters"] = new(p => Feature(p, 1)["devices"]![1] = new string('d', 129), BadText, "features[1].devices[1]"),
        ["machine missing"] = new(p => p.Remove("machine"), MissingMember, "machine"),
        ["match missing"] = new(p => p["machine"]!.AsObject().Remove("match"), MissingMember, "machine.match"),
        ["match above the number of kinds"] = new(p => p["machine"]!["match"] = 5, OutOfRange, "machine.match"),
        ["hash twice"] = new(p => Kinds(p)["mac"] = new JsonArray(Hash, Hash), NotSorted, "machine.components.mac[1]"),
        ["cnf missing"] = new(p => p.Remove("cnf"), MissingMember, "cnf.jkt"),
        ["jkt missing"] = new(p => p["cnf"] = new JsonObject(), MissingMember, "cnf.jkt"),
        ["jkt of 31 bytes"] = new(p => p["cnf"]!["jkt"] = Hash[..42], NotCanonicalBase64Url, "cnf.jkt"),
        ["lrq missing"] = new(p => p.Remove("lrq"), MissingMember, "lrq"),
        ["unknown member too deep"] = new(p => p["new"] = JsonNode.Parse("[[[[1]]]]"), TooDeep, "new[0][0][0]"),
        ["unknown text too long"] = new(p => p["new"] = new string('n', 257), BadText, "new"),
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

    private static JsonObject Kinds(JsonObject payload) => payload["machine"]!["components"]!.AsObject();

    private static JsonObject Feature(JsonObject payload, int index) => payload["features"]![index]!.AsObject();

    private static FileFormatException Refusal(byte[] file) =>
        Assert.Throws<FileFormatException>(() => LicenseFile.Read(file));

    private sealed record Fault(Action<JsonObject> Break, FileFormatCode Code, string Member);
}
