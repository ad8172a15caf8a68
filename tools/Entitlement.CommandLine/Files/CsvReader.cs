using System.Text;

namespace Entitlement.CommandLine.Files;

/// <summary>Comma separated values as in RFC 4180: quoted cells may hold commas, line breaks and doubled quotes.</summary>
internal static class CsvReader
{
    /// <summary>Each row with the number of the line on which it begins.</summary>
    public static IEnumerable<(int Line, string[] Cells)> Read(string text)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        var isQuoted = false;
        var (line, begun) = (1, 1);
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            line += character == '\n' ? 1 : 0;
            if (isQuoted)
            {
                if (character == '"' && i + 1 < text.Length && text[i + 1] == '"')
                {
                    cell.Append('"');
                    i++;
                }
                else if (character == '"')
                {
                    isQuoted = false;
                }
                else
                {
                    cell.Append(character);
                }
            }
            else if (character == '"')
            {
                isQuoted = true;
            }
            else if (character is ',' or '\n')
            {
                Take(cells, cell);
                if (character == '\n')
                {
                    yield return (begun, [.. cells]);
                    cells.Clear();
                    begun = line;
                }
            }
            else if (character is not ('\r' or '\uFEFF'))
            {
                cell.Append(character);
            }
        }

        if (cell.Length > 0 || cells.Count > 0)
        {
            Take(cells, cell);
            yield return (begun, [.. cells]);
        }
    }

    private static void Take(List<string> cells, StringBuilder cell)
    {
        cells.Add(cell.ToString());
        cell.Clear();
    }
}
