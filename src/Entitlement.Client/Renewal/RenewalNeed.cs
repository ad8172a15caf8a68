namespace Entitlement.Client.Renewal;

/// <summary>Something that has to be renewed.</summary>
/// <param name="DueIn">How long until then; zero or less when it is due.</param>
/// <param name="Left">How long until it is over; zero or less when it is.</param>
internal readonly record struct RenewalNeed(TimeSpan DueIn, TimeSpan Left);
