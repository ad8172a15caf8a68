using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Entitlement.Formats;
using Entitlement.V1;
using Google.Protobuf;

namespace Entitlement.Testing;

/// <summary>An installation of a product on some machine, with its own instance key: makes license requests.</summary>
public sealed class InstalledProduct : IDisposable
{
    public const string Code = "acme-cad";

    private readonly ECDsa _instanceKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The components of one machine; another seed is another machine.</summary>
    public MachineComponents Components { get; init; } = ComponentsOf(
        (MachineComponentKind.Board, $"{Guid.NewGuid()}"), (MachineComponentKind.Os, $"{Guid.NewGuid()}"));

    public Jwk PublicKey => Jwk.FromKey(_instanceKey);

    /// <summary>The components of a machine, of the values that its hardware tells.</summary>
    public static MachineComponents ComponentsOf(params (MachineComponentKind Kind, string Value)[] components) =>
        MachineComponents.Create(components.Select(component =>
            (component.Kind, MachineComponents.Hash(Code, component.Kind, component.Value))));

    /// <summary>A valid request with a new <c>jti</c>.</summary>
    /// <param name="slc">The software license code that the user typed in.</param>
    public LicenseRequest Ask(string slc) => new()
    {
        Jti = Guid.NewGuid(),
        IssueTime = DateTimeOffset.UnixEpoch.AddYears(56),
        Operation = LicenseRequestOperation.Activate,
        Slc = slc,
        Product = Code,
        ProductVersion = "4.2",
        BuildDate = new DateOnly(2026, 1, 15),
        Machine = new RequestingMachine("press-7", Components),
        Generation = 0,
    };

    /// <summary>The request as a file, signed with the instance key.</summary>
    public ByteString Sign(LicenseRequest request) => ByteString.CopyFrom(LicenseRequestFile.Write(request, _instanceKey));

    /// <summary>As a maker writes it that is not ours: the claims' JSON is changed before it is signed.</summary>
    public ByteString Sign(LicenseRequest request, Func<string, string> rewrite)
    {
        var parts = Encoding.ASCII.GetString(LicenseRequestFile.Write(request, _instanceKey)).Split('.');
        var claims = rewrite(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1])));
        var input = $"{parts[0]}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        var signature = _instanceKey.SignData(
            Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return ByteString.CopyFromUtf8($"{input}.{Base64Url.EncodeToString(signature)}\n");
    }

    /// <summary>A return receipt, signed with the instance key.</summary>
    /// <param name="activation">The activation to give back, by its resource name.</param>
    /// <param name="generation">Of the license file that is installed.</param>
    public ByteString Return(string activation, int generation = 1) => Sign(new ReturnReceipt
    {
        Subject = activation,
        Generation = generation,
        Jti = Guid.NewGuid(),
        IssueTime = DateTimeOffset.UnixEpoch.AddYears(56),
    });

    /// <summary>The receipt as a file, signed with the instance key.</summary>
    public ByteString Sign(ReturnReceipt receipt) => ByteString.CopyFrom(ReturnReceiptFile.Write(receipt, _instanceKey));

    /// <summary>A report of its status with its proof.</summary>
    /// <param name="activation">The activation, by its resource name.</param>
    /// <param name="sequence">The call's number.</param>
    /// <param name="report">What to report.</param>
    /// <param name="change">Makes the proof differ from a right one, before it is signed.</param>
    public ReportStatusRequest Report(
        string activation, long sequence, StatusReport report, Func<CallProof, CallProof>? change = null)
    {
        var body = report.ToByteArray();
        var proof = new CallProof
        {
            Audience = "urn:entitlement:local",
            Rpc = "/entitlement.v1.ActivationService/ReportStatus",
            Subject = activation,
            Sequence = sequence,
            BodyHash = CallProofFile.HashOf(body),
        };
        return new ReportStatusRequest
        {
            Proof = ByteString.CopyFrom(CallProofFile.Write(change?.Invoke(proof) ?? proof, _instanceKey)),
            Report = ByteString.CopyFrom(body),
        };
    }

    public void Dispose() => _instanceKey.Dispose();
}
