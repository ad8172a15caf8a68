using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Entitlement.Client.Tests.Support;
using Entitlement.Client.Verification;
using Entitlement.Formats;

namespace Entitlement.Client.Tests.Verification;

public sealed class LicenseVerifierTests : IDisposable
{
    /// <summary>
    /// A file of another version is told as that, whatever else is strange in it; each is tested alone.
    /// </summary>
    private static readonly (VerificationReason, VerificationReason) NotInOneFile =
        (VerificationReason.Malformed, VerificationReason.UnknownVersion);

    private readonly Vendor _vendor = new();

    public static TheoryData<VerificationReason> Reasons => [.. Faults.Of.Keys];

    public static TheoryData<VerificationReason, VerificationReason> Pairs
    {
        get
        {
            var pairs = new TheoryData<VerificationReason, VerificationReason>();
            foreach (var first in Faults.Of.Keys)
            {
                foreach (var second in Faults.Of.Keys.Where(reason =>
                    reason > first && (first, reason) != NotInOneFile))
                {
                    pairs.Add(first, second);
                }
            }

            return pairs;
        }
    }

    public void Dispose() => _vendor.Dispose();

    [Fact]
    public void Takes_a_file_that_breaks_no_rule()
    {
        var result = new Scene(_vendor).Verify();

        Assert.Equal(VerificationReason.Valid, result.Reason);
        Assert.Equal(2, result.QuantityOf("camera"));
        Assert.Equal(0, result.QuantityOf("unheard-of"));
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Refuses_for(VerificationReason reason)
    {
        var scene = new Scene(_vendor);
        Faults.Of[reason](scene);

        var result = scene.Verify();

        Assert.Equal(reason, result.Reason);
        Assert.Equal(0, result.QuantityOf("camera"));
        Assert.DoesNotContain(_vendor.Claims.Slc, result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Tells_the_first_of_two(VerificationReason first, VerificationReason second)
    {
        var scene = new Scene(_vendor);
        Faults.Of[second](scene);
        Faults.Of[first](scene);

        Assert.Equal(first, scene.Verify().Reason);
    }

    [Fact]
    public void Shows_no_claims_that_it_does_not_believe()
    {
        foreach (var (reason, fault) in Faults.Of)
        {
            var scene = new Scene(_vendor);
            fault(scene);

            Assert.Equal(reason < VerificationReason.WrongProduct, scene.Verify().Claims is null);
        }
    }

    [Fact]
    public void Has_the_reviewed_reasons_in_the_reviewed_order() => Assert.Equal(
        File.ReadAllLines(Repository.File("tests", "golden", "verification-reasons.txt")),
        Enum.GetValues<VerificationReason>().Select(reason => $"{(int)reason} {VerificationReasons.Name(reason)}"));

    [Theory]
    [InlineData(-24 * 3600, VerificationReason.Valid)]
    [InlineData((-24 * 3600) - 1, VerificationReason.NotYetValid)]
    public void Allows_24_hours_before_the_beginning(int secondsFromBeginning, VerificationReason reason)
    {
        var scene = new Scene(_vendor);
        scene.Options = scene.Options with { Now = scene.Claims.NotBefore.AddSeconds(secondsFromBeginning) };

        Assert.Equal(reason, scene.Verify().Reason);
    }

    [Theory]
    [InlineData(-1, VerificationReason.Valid)]
    [InlineData(0, VerificationReason.FileExpired)]
    public void Is_valid_up_to_but_not_at_its_end(int secondsFromEnd, VerificationReason reason)
    {
        var scene = new Scene(_vendor);
        scene.Options = scene.Options with { Now = scene.Claims.ExpireTime!.Value.AddSeconds(secondsFromEnd) };

        Assert.Equal(reason, scene.Verify().Reason);
    }

    [Theory]
    [InlineData(-1, VerificationReason.Valid)]
    [InlineData(0, VerificationReason.LicenseEnded)]
    public void Ends_with_the_license_when_the_file_has_no_end(int secondsFromEnd, VerificationReason reason)
    {
        var scene = new Scene(_vendor);
        scene.Claims = scene.Claims with { ExpireTime = null };
        scene.Options = scene.Options with { Now = scene.Claims.LicenseUntil!.Value.AddSeconds(secondsFromEnd) };

        Assert.Equal(reason, scene.Verify().Reason);
    }

    [Theory]
    [InlineData(-1, VerificationReason.Valid)]
    [InlineData(0, VerificationReason.LicenseEnded)]
    public void Ends_with_the_trial_and_says_that_it_was_one(int secondsFromEnd, VerificationReason reason)
    {
        var scene = new Scene(_vendor);
        scene.Claims = scene.Claims with { TrialUntil = Samples.Now.AddDays(7), ExpireTime = Samples.Now.AddDays(7) };
        scene.Options = scene.Options with { Now = Samples.Now.AddDays(7).AddSeconds(secondsFromEnd) };

        var result = scene.Verify();

        Assert.Equal(reason, result.Reason);
        Assert.Equal(!result.IsValid, result.Message.Contains("trial", StringComparison.Ordinal));
    }

    [Fact]
    public void Goes_on_for_the_grace_that_the_service_granted_after_the_license()
    {
        var scene = new Scene(_vendor);
        scene.Claims = scene.Claims with { LicenseUntil = Samples.Now, ExpireTime = Samples.Now.AddDays(7) };

        Assert.Equal(VerificationReason.Valid, scene.Verify().Reason);
        scene.Options = scene.Options with { Now = Samples.Now.AddDays(7) };
        Assert.Equal(VerificationReason.LicenseEnded, scene.Verify().Reason);
    }

    [Fact]
    public void Takes_a_file_whose_certificate_ran_out_since()
    {
        var scene = new Scene(_vendor);
        scene.Claims = scene.Claims with { ExpireTime = null, LicenseUntil = null };
        scene.Options = scene.Options with { Now = Samples.Now.AddYears(5) };

        Assert.Equal(VerificationReason.Valid, scene.Verify().Reason);
    }

    [Fact]
    public void Names_the_date_that_care_covers()
    {
        var scene = new Scene(_vendor);
        Faults.Of[VerificationReason.BuildNotCovered](scene);

        var result = scene.Verify();

        Assert.Equal("2027-03-02T12:00:00Z", result.Details["care_until"]);
        Assert.Contains("2027-03-02", result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, 4, VerificationReason.Valid)]
    [InlineData(2, 2, VerificationReason.Valid)]
    [InlineData(2, 3, VerificationReason.MachineMismatch)]
    [InlineData(0, 0, VerificationReason.Valid)]
    public void Wants_as_many_kinds_as_the_file_says(int matching, int needed, VerificationReason reason)
    {
        var scene = new Scene(_vendor);
        scene.Claims = scene.Claims with { Machine = new LicensedMachine(Samples.Components, needed) };
        var kept = Samples.Components.Kinds.Take(matching)
            .SelectMany(kind => Samples.Components[kind].Select(hash => (kind, hash)))
            .Append((MachineComponentKind.Vm, MachineComponents.Hash("demo", MachineComponentKind.Vm, "x")));
        scene.Options = scene.Options with
        {
            Components = MachineComponents.Create(kept),
        };

        Assert.Equal(reason, scene.Verify().Reason);
    }

    [Fact]
    public void Passes_over_every_check_that_is_left_out_on_purpose()
    {
        var scene = new Scene(_vendor);
        scene.Options = scene.Options with { Product = null, BuildDate = null };
        scene.Options = scene.Options with { KeyThumbprint = null, Components = null };

        Assert.Equal(VerificationReason.Valid, scene.Verify().Reason);
    }

    [Theory]
    [InlineData("a CA", VerificationReason.CertificateUnsuitable)]
    [InlineData("no digitalSignature", VerificationReason.CertificateUnsuitable)]
    [InlineData("valid for 401 days", VerificationReason.CertificateUnsuitable)]
    [InlineData("of a critical extension that nobody knows", VerificationReason.CertificateUnsuitable)]
    [InlineData("the root itself", VerificationReason.CertificateUnsuitable)]
    [InlineData("forged in the root's name", VerificationReason.UntrustedRoot)]
    [InlineData("self-signed", VerificationReason.UntrustedRoot)]
    [InlineData("the root's name, another key", VerificationReason.UntrustedRoot)]
    public void Refuses_a_certificate_that_is(string fault, VerificationReason reason)
    {
        var scene = new Scene(_vendor);
        using var stranger = new Vendor();
        scene.Certificate = fault switch
        {
            "a CA" => scene.Certify(request =>
                Replace(request, 0, X509BasicConstraintsExtension.CreateForCertificateAuthority())),
            "no digitalSignature" => scene.Certify(request =>
                Replace(request, 1, new X509KeyUsageExtension(X509KeyUsageFlags.KeyAgreement, critical: true))),
            "valid for 401 days" => scene.Certify(_ => { }, TimeSpan.FromDays(401)),
            "of a critical extension that nobody knows" => scene.Certify(request =>
                request.CertificateExtensions.Add(new X509Extension("1.2.3.4", [5, 0], critical: true))),
            "the root itself" => _vendor.Root,
            "forged in the root's name" => scene.Certify(_ => { }, signer: stranger.RootKey),
            "self-signed" => Entitlement.Signing.CertificateIssuer.CreateRoot(_vendor.Key, "Test vendor", Samples.Now),
            _ => Entitlement.Signing.CertificateIssuer.CreateSigning(_vendor.Key, stranger.Root, stranger.RootKey,
                Samples.Now),
        };

        Assert.Equal(reason, scene.Verify().Reason);
    }

    [Fact]
    public void Trusts_only_what_is_a_root_among_the_pinned()
    {
        var scene = new Scene(_vendor);
        scene.Options = scene.Options with { PinnedRoots = [_vendor.Certificate] };

        Assert.Equal(VerificationReason.UntrustedRoot, scene.Verify().Reason);
    }

    [Fact]
    public void Takes_a_file_of_any_of_several_roots_so_that_roots_can_change()
    {
        using var other = new Vendor();
        var scene = new Scene(_vendor);
        scene.Options = scene.Options with { PinnedRoots = [other.Root, _vendor.Root] };

        Assert.Equal(VerificationReason.Valid, scene.Verify().Reason);
    }

    [Fact]
    public void Never_uses_a_key_that_the_file_brings_along()
    {
        var scene = new Scene(_vendor) { IsSignedByAnother = true };
        var jwk = Jwk.FromKey(_vendor.InstanceKey);
        scene.Edits.Add((header, _) =>
            header["jwk"] = new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = jwk.X, ["y"] = jwk.Y });

        Assert.Equal(VerificationReason.SignatureInvalid, scene.Verify().Reason);
    }

    [Fact]
    public void Refuses_a_kid_that_is_not_the_certificates()
    {
        var scene = new Scene(_vendor);
        scene.Edits.Add((header, _) => header["kid"] = Jwk.FromKey(_vendor.InstanceKey).Thumbprint);

        Assert.Equal(VerificationReason.SignatureInvalid, scene.Verify().Reason);
    }

    private static void Replace(CertificateRequest request, int index, X509Extension extension)
    {
        request.CertificateExtensions.RemoveAt(index);
        request.CertificateExtensions.Insert(index, extension);
    }
}
