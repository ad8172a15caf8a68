namespace Entitlement.Domain.Trials;

/// <summary>
/// Leads from a mark to the trial of its machine: a directory over all accounts. No product has the same mark twice, so
/// that of two who begin a trial on one machine at once only one does.
/// </summary>
public sealed class TrialMark
{
    private TrialMark()
    {
    }

    public Guid ProductId { get; private init; }

    public TrialMarkKind Kind { get; private init; }

    /// <summary>See <see cref="MachineMark.Hash"/>.</summary>
    public string Hash { get; private init; } = "";

    public Guid TrialId { get; private init; }

    public MachineMark Mark => new(Kind, Hash);

    internal static TrialMark Of(Trial trial, MachineMark mark) => new()
    {
        ProductId = trial.ProductId,
        Kind = mark.Kind,
        Hash = mark.Hash,
        TrialId = trial.Id,
    };
}
