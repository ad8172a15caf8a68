namespace Entitlement.Client.Renewal;

/// <summary>How a product's license is kept renewed.</summary>
public sealed record LicenseRenewalOptions
{
    /// <summary>
    /// How often the product reports that it lives, and so hears of revoked keys and of what becomes of its license: a
    /// minute or more, reached after three quarters of it to all of it. Null to report only where something is leased.
    /// </summary>
    public TimeSpan? ReportInterval { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Is told of each call to the service that was made, such as to write it to the product's log. Called on a thread
    /// of the pool, one call at a time; what it throws is dropped. Null for nobody.
    /// </summary>
    public Action<RenewalAttempt>? Observer { get; init; }
}
