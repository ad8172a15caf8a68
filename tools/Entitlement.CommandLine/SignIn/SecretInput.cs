using System.Text;
using Entitlement.CommandLine.Invocation;

namespace Entitlement.CommandLine.SignIn;

/// <summary>
/// Asks for secrets: at a terminal without showing what is typed, else a line of standard input. Never as an argument, which
/// other users of the machine can see.
/// </summary>
internal static class SecretInput
{
    public static bool IsTyped => !Console.IsInputRedirected;

    /// <param name="what">What is asked for, such as <c>Password</c>.</param>
    /// <exception cref="CommandFailure">Nothing came.</exception>
    public static string Read(string what) => Find(what)
        ?? throw CommandFailure.Usage($"No {what.ToLowerInvariant()} came on standard input.", "Give each on a line of its own.");

    /// <returns>Null when standard input holds no further line.</returns>
    public static string? Find(string what) => IsTyped ? Ask(what) : Console.In.ReadLine();

    /// <summary>Twice where it is typed, because nobody sees a slip.</summary>
    /// <exception cref="CommandFailure">Nothing came, or two different ones.</exception>
    public static string ReadNew(string what)
    {
        var first = Read(what);
        return !IsTyped || Ask($"{what} again") == first
            ? first
            : throw CommandFailure.Usage("The two are not the same; nothing was sent.", "Try again.");
    }

    private static string Ask(string what)
    {
        Console.Error.Write($"{what}: ");
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Append(key.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }
}
