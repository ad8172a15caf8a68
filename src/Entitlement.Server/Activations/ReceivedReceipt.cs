using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Formats;
using Entitlement.Server.Abuse;
using Entitlement.Server.Errors;
using Google.Protobuf;
using Grpc.Core;

namespace Entitlement.Server.Activations;

/// <summary>A return receipt that was read and verified. Whose activation it is about, the database tells.</summary>
internal sealed class ReceivedReceipt
{
    private readonly ReturnReceiptFile _file;

    private ReceivedReceipt(ReturnReceiptFile file)
    {
        _file = file;
        Activation = ActivationName.Parse(file.Receipt.Subject, "return_receipt.sub");
    }

    public ActivationName Activation { get; }

    /// <summary>The instance key's thumbprint.</summary>
    public byte[] Thumbprint => _file.InstanceKey.ThumbprintBytes.ToArray();

    public string InstanceThumbprint => _file.InstanceKey.Thumbprint;

    public Guid Jti => _file.Receipt.Jti;

    /// <summary>Of the license file that was installed.</summary>
    public int Generation => _file.Receipt.Generation;

    /// <param name="content">The whole file.</param>
    /// <param name="gate">Verifies it. Whose key ever was answered may return what it holds, and no receipt does more.</param>
    /// <param name="context">The call that it came with.</param>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.ReturnReceiptInvalid"/>, or its <c>sub</c> is no name of an activation; or what
    /// <see cref="RequestGate"/> refuses.
    /// </exception>
    public static async Task<ReceivedReceipt> ReadAsync(ByteString content, RequestGate gate, ServerCallContext context)
    {
        try
        {
            return new ReceivedReceipt((await gate.VerifyAsync(ReturnReceiptFile.Open(content.Span), context)).File);
        }
        catch (FileFormatException broken)
        {
            throw Refusal.ReturnReceiptInvalid(UpperSnakeCase.Of(broken.Code), broken.Member, broken.Rule, broken.Message);
        }
    }
}
