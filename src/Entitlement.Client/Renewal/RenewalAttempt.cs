using Entitlement.Client.Verification;
using Entitlement.V1;

namespace Entitlement.Client.Renewal;

/// <summary>What came of a call that was made in the background. One that failed is made again by itself.</summary>
/// <param name="License">What the license file is worth that came; null where none did.</param>
/// <param name="Report">The answer to a report; null where there is none.</param>
/// <param name="Failure">
/// Null when the call was answered; else what stood in the way, such as an
/// <see cref="Activation.EntitlementRefusedException"/> or an <see cref="Grpc.Core.RpcException"/>.
/// </param>
public sealed record RenewalAttempt(VerificationResult? License, ReportStatusResponse? Report, Exception? Failure);
