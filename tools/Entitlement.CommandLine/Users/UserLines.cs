using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using Entitlement.CommandLine.Invocation;
using Entitlement.V1;

namespace Entitlement.CommandLine.Users;

/// <summary>Reads people from a file of comma separated values under a heading. Their rules are the service's to judge.</summary>
internal static class UserLines
{
    // A hundred people with the longest names that there are, and more than one call takes anyway.
    private const int MaxBytes = 1 << 20;

    private static readonly Dictionary<string, Action<User, string>> Columns = new(StringComparer.Ordinal)
    {
        ["name"] = (user, cell) => user.DisplayName = cell,
        ["email"] = (user, cell) => user.Email = cell,
        ["phone"] = (user, cell) => user.PhoneNumber = cell,
        ["external_ref"] = (user, cell) => user.ExternalRef = cell,
    };

    /// <exception cref="CommandFailure">The file can't be read, or is none of this kind; the message names the place.</exception>
    public static List<User> ReadFile(string path)
    {
        using var parser = new CsvParser(
            Open(path), new CsvConfiguration(CultureInfo.InvariantCulture) { Mode = CsvMode.RFC4180, BadDataFound = null });
        if (!parser.Read())
        {
            throw Invalid(path, "is empty");
        }

        var heading = parser.Record!.Select(cell => cell.Trim()).ToArray();
        if (heading.FirstOrDefault(name => !Columns.ContainsKey(name)) is { } unknown)
        {
            throw Invalid(path, $"has a column '{unknown}'; there are {string.Join(", ", Columns.Keys)}");
        }

        var users = new List<User>();
        while (parser.Read())
        {
            users.Add(Read(path, parser, heading));
        }

        return users;
    }

    private static User Read(string path, CsvParser parser, string[] heading)
    {
        var cells = parser.Record!;
        if (cells.Length != heading.Length)
        {
            throw Invalid(
                path, FormattableString.Invariant($"line {parser.RawRow} has {cells.Length} cells, and the heading {heading.Length}"));
        }

        var user = new User();
        foreach (var (name, cell) in heading.Zip(cells))
        {
            Columns[name](user, cell.Trim());
        }

        return user;
    }

    private static StreamReader Open(string path)
    {
        try
        {
            return new FileInfo(path).Length <= MaxBytes
                ? new StreamReader(path)
                : throw Invalid(path, $"is larger than {MaxBytes} bytes");
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw CommandFailure.LocalFile(path, cause);
        }
    }

    private static CommandFailure Invalid(string path, string what) => new(
        ExitCode.FileInvalid, "USER_FILE_INVALID", $"{path} {what}.", "Write a heading such as name,email,phone,external_ref.");
}
