using System.Text;
using System.Text.Json.Nodes;
using Entitlement.Client.Tests.Support;
using Entitlement.Client.Verification;
using Entitlement.Formats;
using FsCheck;
using FsCheck.Fluent;

namespace Entitlement.Client.Tests.Formats;

/// <summary>What holds for every file, not only for the ones that somebody thought of.</summary>
public sealed class FormatPropertyTests : IDisposable
{
    private static readonly CallProof Proof = new()
    {
        Audience = "https://licenses.example",
        Rpc = "/entitlement.v1.ActivationService/ReportStatus",
        Subject = "accounts/a1/licenses/l1/activations/v1",
        Sequence = 3,
        BodyHash = CallProofFile.HashOf("report"u8),
    };

    private readonly Vendor _vendor = new();

    public void Dispose() => _vendor.Dispose();

    [Fact]
    public void A_request_that_is_written_is_read_as_it_was() => Check(
        Requests().ToArbitrary(), request =>
        {
            var file = LicenseRequestFile.Write(request, _vendor.InstanceKey);
            var read = LicenseRequestFile.Read(file).Request;
            return read.Devices.SequenceEqual(request.Devices)
                && read with { Devices = [] } == request with { Devices = [], IssueTime = read.IssueTime }
                && read.IssueTime.ToUnixTimeSeconds() == request.IssueTime.ToUnixTimeSeconds();
        });

    [Fact]
    public void A_license_that_is_written_is_read_as_it_was() => Check(
        Texts(128).ArrayOf().Zip(Gen.Choose(1, int.MaxValue)).ToArbitrary(), made =>
        {
            var (devices, generation) = made;
            var claims = _vendor.Claims with
            {
                Generation = generation,
                Features = [new LicensedFeature("camera", FeatureCounting.Lease, 1) { Devices = [.. devices] }],
            };
            var read = LicenseFile.Read(_vendor.Issue(claims)).Claims;
            return read.Features[0].Devices.SequenceEqual(devices)
                && read with { Features = [] } == claims with { Features = [] };
        });

    [Fact]
    public void Every_changed_byte_of_a_request_is_refused()
    {
        var file = LicenseRequestFile.Write(Samples.Request, _vendor.InstanceKey);
        Check(Changes(file).ToArbitrary(), changed =>
            IsRefused(changed, bytes => LicenseRequestFile.Read(bytes)) || IsLineEnd(file, changed));
    }

    [Fact]
    public void Every_changed_byte_of_a_calls_proof_is_refused()
    {
        var file = CallProofFile.Write(Proof, _vendor.InstanceKey);
        Check(Changes(file).ToArbitrary(), changed =>
            IsRefused(changed, bytes => CallProofFile.Read(bytes)) || IsLineEnd(file, changed));
    }

    [Fact]
    public void A_proof_that_is_written_is_read_as_it_was() => Check(
        Texts(256).Where(text => text.Length > 0).Zip(ArbMap.Default.GeneratorFor<long>()).ToArbitrary(), made =>
        {
            var proof = Proof with { Rpc = made.Item1, Sequence = 1 + (made.Item2 & (CallProof.MaxSequence - 1)) };
            return CallProofFile.Read(CallProofFile.Write(proof, _vendor.InstanceKey)).Proof == proof;
        });

    [Fact]
    public void Every_changed_byte_of_a_license_is_refused_or_breaks_its_signature()
    {
        var file = _vendor.Issue();
        Check(Changes(file).ToArbitrary(), changed =>
            IsRefusedOrNotSigned(changed) || IsLineEnd(file, changed));
    }

    [Fact]
    public void No_changed_byte_of_a_license_passes_the_check_or_makes_it_fail_otherwise()
    {
        var file = _vendor.Issue();
        var options = new Entitlement.Client.Tests.Verification.Scene(_vendor).Options;
        Check(Changes(file).ToArbitrary(), changed =>
            !LicenseVerifier.Verify(changed, options).IsValid || IsLineEnd(file, changed));
    }

    [Fact]
    public void Random_bytes_in_the_place_of_the_certificate_are_told_as_a_problem() => Check(
        Changes(_vendor.Certificate.RawData).ToArbitrary(), certificate =>
        {
            var problem = CertificateProfile.Check(certificate, [_vendor.Root], Samples.Now, out var key);
            key?.Dispose();
            return problem != CertificateProblem.None;
        });

    [Fact]
    public void Random_bytes_are_refused_and_nothing_else_happens() => Check(
        ArbMap.Default.GeneratorFor<byte[]>().ToArbitrary(), bytes =>
            IsRefused(bytes, file => LicenseRequestFile.Read(file)) && IsRefused(bytes, file => LicenseFile.Read(file))
            && IsRefused(bytes, file => ReturnReceiptFile.Read(file)) && IsRefused(bytes, file => CallProofFile.Read(file))
            && IsRefused(bytes, file => RevokedKeyList.Read(file, [_vendor.Root]))
            && IsRefused(bytes, file => JsonWebKeySet.Read(file)));

    [Fact]
    public void Random_text_in_the_place_of_any_claim_is_refused_or_read() => Check(
        Gen.Elements("jti", "iat", "op", "slc", "machine", "devices", "\\ud800").Zip(RawJson()).ToArbitrary(), made =>
        {
            var payload = Samples.RequestPayload(_vendor.InstanceKey).ToJsonString();
            var changed = payload.Insert(1, $"\"{made.Item1}\":{made.Item2},");
            var file = RawJws.Sign(Samples.RequestHeader(_vendor.InstanceKey).ToJsonString(), changed,
                _vendor.InstanceKey);
            return IsRefused(file, bytes => LicenseRequestFile.Read(bytes));
        });

    private static Gen<string> RawJson() => Gen.OneOf(
        Texts(20).Select(text => JsonValue.Create(text)!.ToJsonString()),
        ArbMap.Default.GeneratorFor<string>().Select(text =>
            $"\"{text?.Replace("\"", "", StringComparison.Ordinal)}\""),
        ArbMap.Default.GeneratorFor<double>().Select(number =>
            number.ToString("R", System.Globalization.CultureInfo.InvariantCulture)),
        Gen.Choose(1, 8).Select(depth => new string('[', depth) + new string(']', depth)),
        Gen.Elements("null", "{}", "[]", "{\"a\":{}}", "true", "\"\\u0000\"", "-0", "1e5"));

    private static Gen<LicenseRequest> Requests() =>
        from texts in Texts(256).ArrayOf(5)
        from ids in Texts(128).ArrayOf()
        from seconds in Gen.Choose(0, int.MaxValue)
        from generation in Gen.Choose(0, int.MaxValue)
        select Samples.Request with
        {
            Jti = new Guid(generation, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
            IssueTime = DateTimeOffset.FromUnixTimeMilliseconds(seconds * 999L),
            Audience = texts[0],
            Slc = texts[1],
            ProductVersion = texts[2],
            Machine = new RequestingMachine(texts[3], Samples.Components),
            Devices = [.. ids.Distinct(StringComparer.Ordinal).Select(id =>
                new RequestedDevice(id, "camera", texts[4]))],
            Generation = generation,
        };

    /// <summary>Any letters, also beyond the first plane; no control characters and no halves of pairs.</summary>
    private static Gen<string> Texts(int maxLength) =>
        from runes in Gen.OneOf(Gen.Choose(0x20, 0x7E), Gen.Choose(0xA0, 0xD7FF), Gen.Choose(0x1F300, 0x1F5FF))
            .NonEmptyListOf()
        let text = string.Concat(runes.Take(maxLength / 2).Select(rune => new Rune(rune).ToString()))
        select text;

    private static Gen<byte[]> Changes(byte[] file) =>
        from index in Gen.Choose(0, file.Length - 1)
        from mask in Gen.Choose(1, 255)
        select file.Select((value, position) => position == index ? (byte)(value ^ mask) : value).ToArray();

    private static bool IsRefused(byte[] file, Action<byte[]> read)
    {
        try
        {
            read(file);
            return false;
        }
        catch (FileFormatException)
        {
            return true;
        }
    }

    private static bool IsLineEnd(byte[] file, byte[] changed) => file.AsSpan(..^1).SequenceEqual(changed.AsSpan(..^1));

    private bool IsRefusedOrNotSigned(byte[] file)
    {
        try
        {
            return !LicenseFile.Read(file).IsSignedBy(_vendor.Key);
        }
        catch (FileFormatException)
        {
            return true;
        }
    }

    private static void Check<T>(Arbitrary<T> values, Func<T, bool> holds) =>
        Prop.ForAll(values, holds).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
}
