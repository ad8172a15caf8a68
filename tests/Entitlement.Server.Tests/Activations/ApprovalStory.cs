using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Grpc.Core;
using Stub = Entitlement.V1.ActivationService.ActivationServiceClient;

namespace Entitlement.Server.Tests.Activations;

/// <summary>What an approver does, and what a license that asks for approvals is like.</summary>
internal static class ApprovalStory
{
    public static readonly DateTimeOffset Start = new(2027, 3, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A story about a license that asks for approvals.</summary>
    public static Task<ActivationStory> BeginAsync(
        DatabaseKind database,
        TimeProvider? clock = null,
        Action<License>? change = null,
        Dictionary<string, string?>? options = null) =>
        ActivationStory.BeginAsync(
            database,
            license =>
            {
                license.ActivationMode = ActivationMode.Approval;
                license.MachineLimit = 5;
                change?.Invoke(license);
            },
            clock,
            options);

    /// <summary>Sends a file that must wait.</summary>
    /// <returns>The parked request's name.</returns>
    public static async Task<string> ParkAsync(this ActivationStory story, ByteString file)
    {
        var refusal = await story.RefusedAsync(file);
        Assert.Equal("AWAITING_APPROVAL", refusal.Reason());
        return refusal.Info().Metadata["parked_request"];
    }

    public static Task<ApproveParkedRequestResponse> ApproveAsync(this ActivationStory story, string parked) =>
        story.Approver().ApproveParkedRequestAsync(new ApproveParkedRequestRequest { Name = parked }).ResponseAsync;

    public static Task<RejectParkedRequestResponse> RejectAsync(
        this ActivationStory story,
        string parked,
        string reason = "Use the license of your site.",
        string requestId = "") =>
        story.Approver().RejectParkedRequestAsync(
            new RejectParkedRequestRequest { Name = parked, Reason = reason, RequestId = requestId }).ResponseAsync;

    public static async Task<ParkedRequest> GetParkedAsync(this ActivationStory story, string parked) =>
        (await story.Approver().GetParkedRequestAsync(new GetParkedRequestRequest { Name = parked })).ParkedRequest;

    public static async Task<IReadOnlyList<ParkedRequest>> ListParkedAsync(
        this ActivationStory story,
        string parent = "accounts/-/licenses/-",
        ParkedRequestState state = ParkedRequestState.Unspecified) =>
        (await story.Approver().ListParkedRequestsAsync(
            new ListParkedRequestsRequest { Parent = parent, State = state })).ParkedRequests;

    public static Stub Approver(this ActivationStory story) => new(story.Host.Administrator);

    public static async Task<int> MachinesHeldAsync(this ActivationStory story) =>
        (await story.Host.ReadAsync(story.License)).MachinesHeld;

    /// <summary>The refusals of calls of which each must be refused or succeed; null for those that succeeded.</summary>
    public static Task<RpcException?[]> RefusalsOfAsync<T>(IEnumerable<Func<Task<T>>> calls) =>
        Task.WhenAll(calls.Select(call => Refusals.OfAsync(call)));
}
