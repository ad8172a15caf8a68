using System.CommandLine.Parsing;
using System.Globalization;

namespace Entitlement.CommandLine.Invocation;

/// <summary>Times as people type them, each wrong one refused with the forms that are right.</summary>
internal static class Durations
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);
    private static readonly TimeSpan FarthestFromNow = TimeSpan.FromDays(1_000_000);

    private static readonly string[] TimeFormats =
        ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mmzzz"];

    /// <summary>A number and a unit: <c>45s</c>, <c>2m</c>, <c>12h</c>; above zero, at most a day.</summary>
    public static TimeSpan Parse(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (TryParse(text, out var duration) && duration > TimeSpan.Zero && duration <= LongestWait)
        {
            return duration;
        }

        result.AddError($"{OptionName(result)}: '{text}' is no duration. Write a number and s, m or h, such as 30s or 2m; at most a day.");
        return default;
    }

    /// <summary>Whole days, such as <c>30d</c>; how many are allowed is the service's to judge.</summary>
    public static TimeSpan? ParseDays(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (text.EndsWith('d') && TryParse(text, out var duration) && duration > TimeSpan.Zero)
        {
            return duration;
        }

        result.AddError($"{OptionName(result)}: '{text}' is no number of days. Write it as 30d.");
        return null;
    }

    /// <summary>A day, such as <c>2026-11-01</c>.</summary>
    public static DateOnly ParseDate(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            result.AddError($"{OptionName(result)}: '{text}' is no date. Write it as 2026-11-01.");
        }

        return date;
    }

    /// <summary>A date (its first moment in UTC), a time with its offset, or a duration from now.</summary>
    public static DateTimeOffset? ParseTime(ArgumentResult result, TimeProvider clock)
    {
        var text = result.Tokens.Single().Value;
        if (text.StartsWith('+') && TryParse(text[1..], out var fromNow) && fromNow <= FarthestFromNow)
        {
            return clock.GetUtcNow() + fromNow;
        }

        if (TryParseTime(text, out var time))
        {
            return time;
        }

        result.AddError(
            $"{OptionName(result)}: '{text}' is no date. Write 2027-01-31 (its first moment in UTC), 2027-01-31T12:00:00Z, "
            + "or +365d for 365 days from now.");
        return null;
    }

    /// <summary>A date (its first moment in UTC), or a time with its offset.</summary>
    public static bool TryParseTime(string text, out DateTimeOffset time)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            time = new DateTimeOffset(date, TimeOnly.MinValue, TimeSpan.Zero);
            return true;
        }

        return DateTimeOffset.TryParseExact(
            text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }

    /// <summary>A number and a unit, of any length.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Length is < 2 or > 8
            || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        duration = text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            'd' => TimeSpan.FromDays(number),
            _ => TimeSpan.MinValue,
        };
        return duration >= TimeSpan.Zero;
    }

    /// <summary>As <see cref="TryParse"/> reads it, in the largest unit that leaves nothing over.</summary>
    public static string Text(TimeSpan duration) => duration switch
    {
        { Ticks: 0 } => "0s",
        { Hours: 0, Minutes: 0, Seconds: 0 } => FormattableString.Invariant($"{duration.Days}d"),
        { Minutes: 0, Seconds: 0 } => FormattableString.Invariant($"{(long)duration.TotalHours}h"),
        { Seconds: 0 } => FormattableString.Invariant($"{(long)duration.TotalMinutes}m"),
        _ => FormattableString.Invariant($"{(long)duration.TotalSeconds}s"),
    };

    private static string OptionName(ArgumentResult result) =>
        result.Parent is OptionResult option ? option.Option.Name : result.Argument.Name;
}
