using System.Buffers;

namespace Entitlement.CommandLine.Estate;

/// <summary>
/// Keeps a spreadsheet from taking a cell for a formula: what begins like one gets an apostrophe before it, which reading
/// takes off again. So does what begins with an apostrophe itself, and nothing is lost either way.
/// </summary>
internal static class FormulaGuard
{
    private const char Mark = '\'';

    private static readonly SearchValues<char> Openings = SearchValues.Create("=+-@\t\r'");

    public static string Guard(string cell) => cell.Length > 0 && Openings.Contains(cell[0]) ? Mark + cell : cell;

    public static string Unguard(string cell) =>
        cell.Length > 1 && cell[0] == Mark && Openings.Contains(cell[1]) ? cell[1..] : cell;
}
