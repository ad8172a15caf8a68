using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Formats;
using Entitlement.Server.Abuse;
using Entitlement.Server.Errors;
using Google.Protobuf;
using Grpc.Core;

namespace Entitlement.Server.Activations;

/// <summary>
/// A product's call whose proof was read and verified: it is meant for this service, this RPC and these bytes. Whether
/// it is the next, and whose activation it is about, the database tells.
/// </summary>
internal sealed class ReceivedCall
{
    private readonly CallProofFile _file;

    private ReceivedCall(CallProofFile file)
    {
        _file = file;
        Activation = ActivationName.Parse(file.Proof.Subject, "proof.sub");
    }

    public ActivationName Activation { get; }

    public long Sequence => _file.Proof.Sequence;

    /// <summary>SHA-256 of the proof's signing input, and so of all that the call says.</summary>
    public byte[] ContentHash => _file.ContentHash.ToArray();

    /// <summary>The instance key's thumbprint.</summary>
    public byte[] Thumbprint => _file.InstanceKey.ThumbprintBytes.ToArray();

    public string InstanceThumbprint => _file.InstanceKey.Thumbprint;

    /// <param name="proof">The whole <c>call+jwt</c>.</param>
    /// <param name="body">What the request carries beside it, as it was sent.</param>
    /// <param name="issuer">The name of this service.</param>
    /// <param name="gate">Verifies the proof.</param>
    /// <param name="context">The call that it came with.</param>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.CallInvalid"/>, or its <c>sub</c> is no name of an activation; or what
    /// <see cref="RequestGate"/> refuses.
    /// </exception>
    public static async Task<ReceivedCall> ReadAsync(
        ByteString proof, ByteString body, string issuer, RequestGate gate, ServerCallContext context)
    {
        try
        {
            var file = (await gate.VerifyAsync(CallProofFile.Open(proof.Span), context)).File;
            Require(
                file.Proof.Audience == issuer,
                "WRONG_AUDIENCE",
                "aud",
                $"must be {issuer}",
                "Send the call to the service that it is for.");
            Require(
                file.Proof.Rpc == context.Method,
                "WRONG_RPC",
                "rpc",
                $"must be {context.Method}",
                "Make a proof for each call.");
            Require(
                file.Proof.BodyHash == CallProofFile.HashOf(body.Span),
                "WRONG_BODY",
                "body",
                "must be the SHA-256 of the bytes that the request carries beside its proof",
                "Send exactly the bytes that were hashed.");
            return new ReceivedCall(file);
        }
        catch (FileFormatException broken)
        {
            throw Refusal.CallInvalid(UpperSnakeCase.Of(broken.Code), broken.Member, broken.Rule, broken.Message);
        }
    }

    private static void Require(bool holds, string code, string member, string rule, string remedy)
    {
        if (!holds)
        {
            throw Refusal.CallInvalid(code, member, rule, $"{member} {rule}. {remedy}");
        }
    }
}
