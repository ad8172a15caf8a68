namespace Entitlement.Domain.Signing;

/// <summary>The list of revoked license files (<c>.rl</c>) that was made last, the same for every server.</summary>
public sealed class RevocationList
{
    private RevocationList()
    {
    }

    /// <summary>The claim <c>number</c>, which rises with each list.</summary>
    public long Number { get; private init; }

    /// <summary>The whole file.</summary>
    public byte[] Content { get; private init; } = [];

    public DateTimeOffset IssueTime { get; private init; }

    public static RevocationList Create(long number, byte[] content, DateTimeOffset now) => new()
    {
        Number = number,
        Content = content,
        IssueTime = now,
    };

    /// <summary>
    /// At least the seconds since 1970, so that the lists of a database that was put back from an older copy do not stay
    /// behind those that are out there.
    /// </summary>
    /// <param name="last">Of the list before; 0 for none.</param>
    /// <param name="now">The time.</param>
    public static long NextNumber(long last, DateTimeOffset now) => Math.Max(last + 1, now.ToUnixTimeSeconds());
}
