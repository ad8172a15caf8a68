using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Server.Tests.Activations;

/// <summary>An installation that is activated and reports, with a number for each call.</summary>
internal sealed class ReportingMachine : IDisposable
{
    private readonly ActivationStory _story;
    private long _sequence;

    private ReportingMachine(ActivationStory story, InstalledProduct product, string activation) =>
        (_story, Product, Activation) = (story, product, activation);

    public InstalledProduct Product { get; }

    public string Activation { get; }

    public static async Task<ReportingMachine> ActivateAsync(ActivationStory story)
    {
        var product = new InstalledProduct();
        var answer = await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc)));
        return new ReportingMachine(story, product, answer.Activation.Name);
    }

    public static async Task<List<ReportingMachine>> ActivateAsync(ActivationStory story, int count)
    {
        var machines = new List<ReportingMachine>();
        for (var i = 0; i < count; i++)
        {
            machines.Add(await ActivateAsync(story));
        }

        return machines;
    }

    /// <summary>The next call: what it wants of <c>render</c>.</summary>
    public ReportStatusRequest Want(int renders, int generation = 1) => Next(ReportOf(renders, generation));

    public ReportStatusRequest Next(StatusReport report) => Product.Report(Activation, ++_sequence, report);

    public Task<ReportStatusResponse> LeaseAsync(int renders) => _story.ReportAsync(Want(renders));

    /// <returns>Null when it was answered.</returns>
    public Task<RpcException?> TryLeaseAsync(int renders)
    {
        var call = Want(renders);
        return Refusals.OfAsync(() => _story.ReportAsync(call));
    }

    public static StatusReport ReportOf(int renders, int generation = 1) => new()
    {
        Generation = generation,
        ProductVersion = "4.2",
        Leases = { Enumerable.Repeat(new LeaseWish { Feature = "render", Quantity = renders }, renders > 0 ? 1 : 0) },
    };

    public void Dispose() => Product.Dispose();
}
