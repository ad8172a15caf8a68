using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Entitlement.Client.Tests.Support;
using Entitlement.Formats;

namespace Entitlement.Client.Tests.Formats;

/// <summary>What holds for the bytes of both files, before anything in them is looked at.</summary>
public sealed class EncodingTests : IDisposable
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private readonly Vendor _vendor = new();

    public static TheoryData<string, int> KindsAndParts => new()
    {
        { "lrq", 0 }, { "lrq", 1 }, { "lrq", 2 }, { "lic", 0 }, { "lic", 1 }, { "lic", 2 },
    };

    public void Dispose() => _vendor.Dispose();

    [Theory]
    [MemberData(nameof(KindsAndParts))]
    public void Refuses_left_over_bits_in_each_part(string kind, int part)
    {
        var parts = RawJws.Parts(FileWhosePartsHaveLeftOverBits(kind));
        var last = Alphabet.IndexOf(parts[part][^1], StringComparison.Ordinal);
        parts[part] = parts[part][..^1] + Alphabet[last + 1];

        Assert.Equal((FileFormatCode.NotCanonicalBase64Url, Name(part)), Refusal(kind, RawJws.Join(parts)));
    }

    [Theory]
    [MemberData(nameof(KindsAndParts))]
    public void Refuses_padding_in_each_part(string kind, int part)
    {
        var parts = RawJws.Parts(File(kind));
        parts[part] += "=";

        Assert.Equal((FileFormatCode.NotCanonicalBase64Url, Name(part)), Refusal(kind, RawJws.Join(parts)));
    }

    [Theory]
    [MemberData(nameof(KindsAndParts))]
    public void Refuses_white_space_in_each_part(string kind, int part)
    {
        var parts = RawJws.Parts(File(kind));
        parts[part] = parts[part].Insert(4, "\n");

        Assert.Equal((FileFormatCode.NotCanonicalBase64Url, Name(part)), Refusal(kind, RawJws.Join(parts)));
    }

    [Theory]
    [MemberData(nameof(KindsAndParts))]
    public void Refuses_the_other_base64_alphabet_in_each_part(string kind, int part)
    {
        var parts = RawJws.Parts(File(kind));
        parts[part] = "+/" + parts[part][2..];

        Assert.Equal((FileFormatCode.NotCanonicalBase64Url, Name(part)), Refusal(kind, RawJws.Join(parts)));
    }

    [Theory]
    [InlineData("lrq")]
    [InlineData("lic")]
    public void Reads_a_file_with_any_line_end_or_none(string kind)
    {
        var line = Encoding.ASCII.GetString(File(kind)).TrimEnd('\n');
        foreach (var end in (string[])["", "\n", "\r\n"])
        {
            Read(kind, Encoding.ASCII.GetBytes(line + end));
        }
    }

    [Theory]
    [InlineData("lrq", "\n\n")]
    [InlineData("lrq", " \n")]
    [InlineData("lrq", "\r")]
    [InlineData("lic", "\n\n")]
    [InlineData("lic", "\0")]
    public void Refuses_anything_else_behind_the_signature(string kind, string end)
    {
        var line = Encoding.ASCII.GetString(File(kind)).TrimEnd('\n');

        Assert.Equal((FileFormatCode.NotCanonicalBase64Url, "signature"),
            Refusal(kind, Encoding.ASCII.GetBytes(line + end)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("a.b")]
    [InlineData("a.b.c.d")]
    [InlineData("{\"payload\":\"\",\"signatures\":[]}")]
    public void Refuses_what_is_not_three_parts(string text)
    {
        Assert.Equal((FileFormatCode.NotCompactJws, "file"), Refusal("lrq", Encoding.UTF8.GetBytes(text)));
        Assert.Equal((FileFormatCode.NotCompactJws, "file"), Refusal("lic", Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData("lrq", LicenseRequestFile.MaxBytes)]
    [InlineData("lic", LicenseFile.MaxBytes)]
    public void Refuses_a_file_one_byte_over_the_limit_and_reads_one_at_it(string kind, int limit)
    {
        var atLimit = PaddedTo(kind, limit);
        Read(kind, atLimit);

        Assert.Equal((FileFormatCode.TooLarge, "file"), Refusal(kind, [.. atLimit[..^1], (byte)'\r', (byte)'\n']));
    }

    [Theory]
    [InlineData("lrq")]
    [InlineData("lic")]
    public void Refuses_a_signature_that_is_not_64_bytes(string kind)
    {
        var parts = RawJws.Parts(File(kind));
        parts[2] = parts[2][..84];

        Assert.Equal((FileFormatCode.BadSignature, "signature"), Refusal(kind, RawJws.Join(parts)));
    }

    [Theory]
    [InlineData("lrq")]
    [InlineData("lic")]
    public void Refuses_bytes_that_are_not_UTF_8(string kind)
    {
        var file = RawJws.Sign(Header(kind), [(byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)'}'], Key(kind));

        Assert.Equal((FileFormatCode.BadJson, "payload"), Refusal(kind, file));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("{\"jti\":1,}")]
    [InlineData("{/* why */}")]
    [InlineData("{'jti':1}")]
    [InlineData("\uFEFF{}")]
    [InlineData("{\"iat\":01}")]
    [InlineData("{\"iat\":NaN}")]
    public void Refuses_what_is_not_JSON(string payload)
    {
        foreach (var kind in (string[])["lrq", "lic"])
        {
            var file = RawJws.Sign(Header(kind), Encoding.UTF8.GetBytes(payload), Key(kind));

            Assert.Contains(Refusal(kind, file).Code,
                (FileFormatCode[])[FileFormatCode.BadJson, FileFormatCode.WrongValueKind, FileFormatCode.OutOfRange]);
        }
    }

    [Theory]
    [InlineData("lrq", "\\ud800", FileFormatCode.BadText)]
    [InlineData("lic", "\\ud800", FileFormatCode.BadText)]
    [InlineData("lrq", "\\u0000", FileFormatCode.BadText)]
    [InlineData("lic", "\\u009f", FileFormatCode.BadText)]
    public void Refuses_text_that_is_no_text_in_names_and_values(string kind, string escape, FileFormatCode code)
    {
        var asName = Payload(kind).ToJsonString().Replace("\"product\":", $"\"{escape}product\":",
            StringComparison.Ordinal);
        var asValue = Payload(kind).ToJsonString().Replace("\"product\":\"demo\"", $"\"product\":\"{escape}demo\"",
            StringComparison.Ordinal);

        Assert.Equal(code, Refusal(kind, RawJws.Sign(Header(kind), Encoding.UTF8.GetBytes(asName), Key(kind))).Code);
        Assert.Equal((code, "product"),
            Refusal(kind, RawJws.Sign(Header(kind), Encoding.UTF8.GetBytes(asValue), Key(kind))));
    }

    [Theory]
    [InlineData("lrq", "\"ver\":1", "\"ver\":1,\"ver\":1", "ver")]
    [InlineData("lrq", "\"ver\":1", "\"ver\":1,\"\\u0076er\":1", "ver")]
    [InlineData("lrq", "\"name\":\"workstation-7\"", "\"name\":\"a\",\"name\":\"b\"", "machine.name")]
    [InlineData("lrq", "\"components\":{",
        "\"components\":{\"mac\":[\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"],", "machine.components.mac")]
    [InlineData("lrq", "\"id\":\"cam-2\"", "\"id\":\"cam-2\",\"id\":\"cam-3\"", "devices[1].id")]
    [InlineData("lic", "\"ver\":1", "\"ver\":1,\"ver\":1", "ver")]
    [InlineData("lic", "\"match\":3", "\"match\":3,\"match\":0", "machine.match")]
    [InlineData("lic", "\"cnf\":{", "\"cnf\":{\"jkt\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",", "cnf.jkt")]
    [InlineData("lic", "\"code\":\"camera\"", "\"code\":\"camera\",\"code\":\"all\"", "features[1].code")]
    [InlineData("lic", "\"ver\":1", "\"ver\":1,\"new\":1,\"new\":2", "new")]
    [InlineData("lic", "\"ver\":1", "\"ver\":1,\"new\":{\"a\":{\"b\":1,\"b\":1}}", "new.a.b")]
    public void Refuses_a_name_that_stands_twice_at_every_level(string kind, string once, string twice, string member)
    {
        var payload = Payload(kind).ToJsonString().Replace(once, twice, StringComparison.Ordinal);

        Assert.Equal((FileFormatCode.DuplicateMember, member),
            Refusal(kind, RawJws.Sign(Header(kind), Encoding.UTF8.GetBytes(payload), Key(kind))));
    }

    [Theory]
    [InlineData("lrq")]
    [InlineData("lic")]
    public void Refuses_a_name_that_stands_twice_in_the_header(string kind)
    {
        var header = Encoding.UTF8.GetString(Header(kind)).Replace("{\"alg\"", "{\"alg\":\"none\",\"alg\"",
            StringComparison.Ordinal);

        Assert.Equal((FileFormatCode.DuplicateMember, "header.alg"),
            Refusal(kind, RawJws.Sign(Encoding.UTF8.GetBytes(header),
                Encoding.UTF8.GetBytes(Payload(kind).ToJsonString()), Key(kind))));
    }

    [Theory]
    [InlineData("lrq")]
    [InlineData("lic")]
    public void Refuses_a_hundred_thousand_levels(string kind)
    {
        var inHeader = Encoding.UTF8.GetString(Header(kind)).TrimEnd('}') + ",\"new\":" + new string('[', 10_000);
        var inPayload = "{\"new\":" + new string('[', 100_000);

        Assert.Equal(FileFormatCode.TooDeep, Refusal(kind, RawJws.Sign(inHeader, "{}", Key(kind))).Code);
        Assert.Contains(Refusal(kind, RawJws.Sign(Header(kind), Encoding.UTF8.GetBytes(inPayload), Key(kind))).Code,
            (FileFormatCode[])[FileFormatCode.TooDeep, FileFormatCode.UnknownMember]);
    }

    [Fact]
    public void Refuses_the_10_001st_device_and_reads_10_000()
    {
        var numbers = Enumerable.Range(0, LicenseRequest.MaxDevices);
        var devices = numbers.Select(number => new RequestedDevice($"camera-{number}", "camera"));
        var file = LicenseRequestFile.Write(Samples.Request with { Devices = [.. devices] }, _vendor.InstanceKey);
        var payload = RawJws.Json(RawJws.Parts(file)[1]);
        payload["devices"]!.AsArray().Add(new JsonObject { ["id"] = "camera-10001", ["feature"] = "camera" });

        Assert.Equal(LicenseRequest.MaxDevices, LicenseRequestFile.Read(file).Request.Devices.Length);
        var tooMany = RawJws.Sign(Samples.RequestHeader(_vendor.InstanceKey), payload, _vendor.InstanceKey);
        Assert.True(tooMany.Length < LicenseRequestFile.MaxBytes);
        Assert.Equal((FileFormatCode.TooLarge, "devices"), Refusal("lrq", tooMany));
    }

    [Fact]
    public void Takes_the_signature_written_anew_for_the_same_content()
    {
        var file = LicenseRequestFile.Write(Samples.Request, _vendor.InstanceKey);
        var rewritten = Malleability.Negate(file);

        Assert.NotEqual(file, rewritten);
        Assert.Equal(
            LicenseRequestFile.Read(file).ContentHash.ToArray(),
            LicenseRequestFile.Read(rewritten).ContentHash.ToArray());
    }

    [Fact]
    public void Gives_the_content_hash_that_anybody_can_compute()
    {
        var file = LicenseRequestFile.Write(Samples.Request, _vendor.InstanceKey);
        var parts = RawJws.Parts(file);

        Assert.Equal(
            SHA256.HashData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}")),
            LicenseRequestFile.Read(file).ContentHash.ToArray());
    }

    private static string Name(int part) => part switch { 0 => "header", 1 => "payload", _ => "signature" };

    private static void Read(string kind, byte[] file)
    {
        if (kind == "lrq")
        {
            LicenseRequestFile.Read(file);
        }
        else
        {
            LicenseFile.Read(file);
        }
    }

    private static (FileFormatCode Code, string Member) Refusal(string kind, byte[] file)
    {
        var refusal = Assert.Throws<FileFormatException>(() => Read(kind, file));
        return (refusal.Code, refusal.Member);
    }

    private byte[] File(string kind) =>
        kind == "lrq" ? LicenseRequestFile.Write(Samples.Request, _vendor.InstanceKey) : _vendor.Issue();

    private ECDsa Key(string kind) => kind == "lrq" ? _vendor.InstanceKey : _vendor.Key;

    private byte[] Header(string kind) =>
        Encoding.UTF8.GetBytes(
            (kind == "lrq" ? Samples.RequestHeader(_vendor.InstanceKey) : _vendor.Header()).ToJsonString());

    private JsonObject Payload(string kind) => kind == "lrq"
        ? Samples.RequestPayload(_vendor.InstanceKey) : _vendor.Payload();

    /// <summary>White space is free in JSON, so the length of header and payload can be chosen.</summary>
    private byte[] FileWhosePartsHaveLeftOverBits(string kind)
    {
        var header = Encoding.UTF8.GetString(Header(kind));
        var payload = Payload(kind).ToJsonString();
        header += new string(' ', Encoding.UTF8.GetByteCount(header) % 3 == 0 ? 1 : 0);
        payload += new string(' ', Encoding.UTF8.GetByteCount(payload) % 3 == 0 ? 1 : 0);
        return RawJws.Sign(header, payload, Key(kind));
    }

    private byte[] PaddedTo(string kind, int length)
    {
        var header = Encoding.UTF8.GetString(Header(kind));
        var payload = Payload(kind).ToJsonString();
        var missing = length - RawJws.Sign(header, payload, Key(kind)).Length;
        payload += new string(' ', (missing * 3 / 4) - 8);
        byte[] file;
        do
        {
            payload += " ";
            file = RawJws.Sign(header, payload, Key(kind));
        }
        while (file.Length < length - 1);

        // One of two neighbouring lengths cannot be met by base64; the line end makes up for it.
        return file.Length == length ? file : [.. file[..^1], (byte)'\r', (byte)'\n'];
    }
}
