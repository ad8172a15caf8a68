using System.Text.RegularExpressions;

namespace Entitlement.Storage.Tests;

/// <summary>
/// What a script leaves behind: each table with its columns and constraints, and the indexes; but for the table that
/// remembers the migrations. Their order and the defaults that a migration gives to rows of before do not count.
/// </summary>
internal static partial class SchemaScript
{
    private const int Timeout = 1_000;

    public static IEnumerable<string> Outcome(string script)
    {
        var tables = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        var indexes = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var statement in StatementEnd().Split(script).Select(text => text.Trim()))
        {
            if (CreateTable().Match(statement) is { Success: true } create)
            {
                tables[create.Groups["table"].Value] = [.. Lines(create.Groups["body"].Value)];
            }
            else if (Add().Match(statement) is { Success: true } add)
            {
                tables[add.Groups["table"].Value].Add(WithoutDefault(add.Groups["line"].Value));
            }
            else if (Drop().Match(statement) is { Success: true } drop)
            {
                tables[drop.Groups["table"].Value].RemoveWhere(line =>
                    line.StartsWith($"CONSTRAINT {drop.Groups["name"].Value} ", StringComparison.Ordinal));
            }
            else if (Rename().Match(statement) is { Success: true } rename)
            {
                tables.Remove(rename.Groups["from"].Value, out var rebuilt);
                tables[rename.Groups["to"].Value] = rebuilt!;
            }
            else if (statement.StartsWith("CREATE ", StringComparison.Ordinal) && statement.Contains(" INDEX ", StringComparison.Ordinal))
            {
                indexes.Add(statement);
            }
        }

        return tables
            .Where(table => table.Key != "__EFMigrationsHistory")
            .SelectMany(table => table.Value.Select(line => $"{table.Key}: {line}"))
            .Concat(indexes);
    }

    private static IEnumerable<string> Lines(string body) =>
        body.Split('\n').Select(line => WithoutDefault(line.Trim().TrimEnd(','))).Where(line => line.Length > 0);

    private static string WithoutDefault(string line) => Default().Replace(line, "");

    [GeneratedRegex(@";\s*(?:\n|$)|^GO\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, Timeout)]
    private static partial Regex StatementEnd();

    [GeneratedRegex("""CREATE TABLE (?:IF NOT EXISTS )?["\[](?<table>\w+)["\]] \((?<body>.*)\)$""", RegexOptions.Singleline | RegexOptions.ExplicitCapture, Timeout)]
    private static partial Regex CreateTable();

    [GeneratedRegex("""^ALTER TABLE ["\[](?<table>\w+)["\]] ADD (?<line>.*)$""", RegexOptions.Singleline | RegexOptions.ExplicitCapture, Timeout)]
    private static partial Regex Add();

    [GeneratedRegex("""^ALTER TABLE ["\[](?<table>\w+)["\]] DROP CONSTRAINT (?<name>\S+)$""", RegexOptions.ExplicitCapture, Timeout)]
    private static partial Regex Drop();

    [GeneratedRegex("""^ALTER TABLE "(?<from>ef_temp_\w+)" RENAME TO "(?<to>\w+)"$""", RegexOptions.ExplicitCapture, Timeout)]
    private static partial Regex Rename();

    [GeneratedRegex(@" DEFAULT (CAST\([^)]*\)|\S+)", RegexOptions.ExplicitCapture, Timeout)]
    private static partial Regex Default();
}
