using System.Globalization;

namespace Entitlement.Testing;

/// <summary>Moments at which everything that depends on time is tried: calendars and counters of seconds stumble there.</summary>
public static class Moments
{
    private static readonly string[] Written =
    [
        // A day, a month, a year and ten years from when this was written.
        "2026-11-23T09:00:00Z", "2026-12-22T09:00:00Z", "2027-11-22T09:00:00Z", "2036-11-22T09:00:00Z",

        // Into, out of and after 29 February.
        "2028-02-28T23:00:00Z", "2028-02-29T09:00:00Z", "2028-02-29T23:00:00Z",

        // The last second that 32 bits hold, and two hours before it is over.
        "2038-01-19T03:14:07Z", "2038-01-19T01:14:08Z",

        // Half an hour before daylight saving begins and ends in Europe, and before it begins in New York.
        "2027-03-28T00:30:00Z", "2027-10-31T00:30:00Z", "2027-03-14T06:30:00Z",

        // Into another year.
        "2027-12-31T23:00:00Z",
    ];

    /// <summary>Rows of a theory: each moment as text, so that a failure names it; see <see cref="At"/>.</summary>
    public static IEnumerable<object[]> All => Written.Select(moment => (object[])[moment]);

    public static DateTimeOffset At(string moment) => DateTimeOffset.Parse(moment, CultureInfo.InvariantCulture);
}
