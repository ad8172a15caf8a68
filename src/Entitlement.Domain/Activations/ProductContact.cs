namespace Entitlement.Domain.Activations;

/// <summary>What a product told by a report of its status.</summary>
/// <param name="Generation">Of the license file that is installed; 0 for none.</param>
/// <param name="ProductVersion">Version of the installed product; empty when it did not say.</param>
/// <param name="FeaturesInUse">Codes of the features that are in use.</param>
/// <param name="Leases">What it wants to hold from now on.</param>
public sealed record ProductStatus(
    int Generation, string ProductVersion, IReadOnlyList<string> FeaturesInUse, IReadOnlyList<WantedLease> Leases)
{
    /// <summary>Of the newest list of revoked signing keys that the product has; 0 for none.</summary>
    public long RevocationListNumber { get; init; }
}

/// <summary>
/// The last call that an activation's product made with its own key: by its number a later one is told from an earlier
/// one, and by its content the same one is answered again. Beside it stands what the product told.
/// </summary>
public sealed class ProductContact
{
    /// <summary>Codes of features hold none.</summary>
    private const char Separator = ' ';

    private ProductContact()
    {
    }

    public Guid AccountId { get; private init; }

    public Guid ActivationId { get; private init; }

    /// <summary>
    /// The call's <c>seq</c>. It also guards the row: of two calls that came at once, the second finds the first.
    /// </summary>
    public long Sequence { get; private set; }

    /// <summary>SHA-256 of the signing input of the call's proof.</summary>
    public byte[] CallHash { get; private set; } = [];

    /// <summary>What was answered.</summary>
    public byte[] Answer { get; private set; } = [];

    public DateTimeOffset ReportTime { get; private set; }

    /// <summary>Of the license file that was installed.</summary>
    public int Generation { get; private set; }

    public GenerationNotice Notice { get; private set; }

    public string ProductVersion { get; private set; } = "";

    /// <summary>The codes of the features that were in use, in ordinal order, separated by spaces.</summary>
    public string FeaturesInUse { get; private set; } = "";

    public static ProductContact Create(Activation activation) =>
        new() { AccountId = activation.AccountId, ActivationId = activation.Id };

    public IReadOnlyList<string> ListFeaturesInUse() =>
        FeaturesInUse.Split(Separator, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>
    /// Whether a notice about the installed file was told before, so that it need not be recorded again.
    /// </summary>
    public bool Knows(int generation, GenerationNotice notice) =>
        notice == GenerationNotice.None || (generation == Generation && notice == Notice);

    public bool IsAnswerTo(ReadOnlySpan<byte> callHash) => CallHash.AsSpan().SequenceEqual(callHash);

    public void Note(
        long sequence,
        byte[] callHash,
        byte[] answer,
        ProductStatus status,
        GenerationNotice notice,
        DateTimeOffset now)
    {
        Sequence = sequence;
        CallHash = callHash;
        Answer = answer;
        ReportTime = now;
        Generation = status.Generation;
        Notice = notice;
        ProductVersion = status.ProductVersion;
        FeaturesInUse = string.Join(Separator, status.FeaturesInUse.Order(StringComparer.Ordinal));
    }
}
