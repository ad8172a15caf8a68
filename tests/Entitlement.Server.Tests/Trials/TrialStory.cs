using Entitlement.Formats;
using Entitlement.Server.Tests.Activations;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Entitlement.Server.Tests.Trials;

/// <summary>A server whose one license is a trial license of ten days, and a clock that tests move.</summary>
internal static class TrialStory
{
    public static readonly DateTimeOffset Start = new(2027, 3, 1, 8, 30, 0, TimeSpan.Zero);

    public static readonly TimeSpan Length = TimeSpan.FromDays(10);

    public static async Task<(ActivationStory Story, ManualClock Clock)> BeginAsync(
        DatabaseKind database, Action<License>? change = null)
    {
        var clock = new ManualClock(Start);
        var story = await ActivationStory.BeginAsync(
            database,
            license =>
            {
                license.TrialDuration = Length.ToDuration();
                license.MachineLimit = 100;
                change?.Invoke(license);
            },
            clock);
        return (story, clock);
    }

    /// <summary>Another installation on the same machine.</summary>
    public static InstalledProduct Reinstall(this InstalledProduct product) =>
        new() { Components = product.Components };

    public static Task<ActivateResponse> TryAsync(this ActivationStory story, InstalledProduct product) =>
        story.ActivateAsync(product.Sign(product.Ask(story.License.Slc)));

    public static Task<ActivateResponse> BuyAsync(
        this ActivationStory story, License bought, InstalledProduct product) =>
        story.ActivateAsync(product.Sign(product.Ask(bought.Slc)));

    public static Task<RefreshLicenseResponse> RenewAsync(
        this ActivationStory story, InstalledProduct product, int generation = 1) =>
        story.RefreshAsync(product.Sign(product.Ask(story.License.Slc) with
        {
            Operation = LicenseRequestOperation.Refresh,
            Generation = generation,
        }));

    public static TrialService.TrialServiceClient Trials(this ActivationStory story) => new(story.Host.Administrator);

    public static async Task<Trial> ReadTrialAsync(this ActivationStory story, string name) =>
        (await story.Trials().GetTrialAsync(new GetTrialRequest { Name = name })).Trial;

    public static async Task<IReadOnlyList<Trial>> ListTrialsAsync(
        this ActivationStory story, TrialState state = TrialState.Unspecified, string? parent = null) =>
        (await story.Trials().ListTrialsAsync(
            new ListTrialsRequest { Parent = parent ?? story.License.Name, State = state })).Trials;

    public static async Task<Trial> ExtendAsync(
        this ActivationStory story, string name, DateTimeOffset end, string requestId = "") =>
        (await story.Trials().ExtendTrialAsync(new ExtendTrialRequest
        {
            Name = name,
            EndTime = end.ToTimestamp(),
            Reason = "The buyer is on leave.",
            RequestId = requestId,
        })).Trial;

    public static async Task<RpcException> RefusedAsync<T>(Func<Task<T>> call) =>
        await Refusals.OfAsync(call) ?? throw new InvalidOperationException("The call was not refused.");
}
