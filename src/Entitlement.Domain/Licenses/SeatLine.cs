namespace Entitlement.Domain.Licenses;

/// <summary>The numbers of one line of a license against a request.</summary>
/// <param name="Line"><see cref="Machines"/>, or <see cref="Feature"/> of a feature code.</param>
/// <param name="Limit">How many seats it has.</param>
/// <param name="Held">How many are held now.</param>
/// <param name="Requested">How many more the request needs; negative when it gives some back.</param>
/// <param name="Overage">How many may be held above the limit.</param>
public readonly record struct SeatLine(string Line, int Limit, int Held, int Requested, int Overage = 0)
{
    public const string Machines = "machines";

    private const string FeaturePrefix = "features/";

    /// <summary>Giving back is never short, even where more is held than the limit allows by now.</summary>
    public bool IsShort => Requested > 0 && Held + Requested > Limit + Overage;

    /// <summary>The feature whose seats these are; null for the machine line.</summary>
    public string? FeatureCode => Line.StartsWith(FeaturePrefix, StringComparison.Ordinal) ? Line[FeaturePrefix.Length..] : null;

    /// <summary>Seats that go back whatever the line's numbers are.</summary>
    public static SeatLine GivenBack(string line, int count) => new(line, Limit: 0, Held: count, Requested: -count);

    public static string Feature(string code) => $"{FeaturePrefix}{code}";
}
