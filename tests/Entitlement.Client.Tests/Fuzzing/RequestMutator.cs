using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Entitlement.Client.Tests.Support;

namespace Entitlement.Client.Tests.Fuzzing;

/// <summary>
/// Makes license requests that are nearly right: tokens of JSON are left out, doubled, exchanged and put in the place
/// of others, signed, and sometimes a byte of the file is changed behind that. The same seed makes the same files.
/// </summary>
internal sealed partial class RequestMutator
{
    /// <summary>What a reader may take for something else, each in the place of a value or a name.</summary>
    private static readonly string[] Strange =
    [
        "null", "true", "{}", "[]", "[[]]", "{\"a\":{}}", "-0", "-1", "0.0", "0e0", "1e5", "2147483648", "253402300800",
        "99999999999999999999", "01", "NaN", "\"\"", "\" \"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"",
        "\"\\ud83d\\udcf7\"", "\"\\u0085\"", "\"\\u2028\"", "\"\uFEFF\"", "\"\\/\"", "\"ver\"", "\"v\\u0065r\"", "\"gen\"",
        "\"replaces\"", "\"replace\"", "\"refresh\"", "\"activate\"", "\"9999-12-31\"", "\"0000-01-01\"", "\"gpu\"",
        $"\"{new string('x', 128)}\"", $"\"{new string('x', 129)}\"", $"\"{new string('x', 256)}\"",
        $"\"{new string('x', 257)}\"", ",", ":", "}", "]", "\uFEFF", "/**/", "\u00A0", "\t", "\u0000",
    ];

    private static readonly string[] Corpus = [.. Directory
        .EnumerateFiles(Repository.File("tests", "Entitlement.Client.Tests", "Fuzzing", "corpus"), "*.json")
        .Order(StringComparer.Ordinal)
        .Select(File.ReadAllText)];

    private readonly Random _random;
    private readonly ECDsa _key;
    private readonly string _header;

    /// <param name="seed">Chooses the files.</param>
    /// <param name="key">Signs them.</param>
    public RequestMutator(int seed, ECDsa key)
    {
        _random = new Random(seed);
        _key = key;
        _header = Samples.RequestHeader(key).ToJsonString();
    }

    /// <summary>Each entry of the corpus as it is, signed.</summary>
    public static IEnumerable<byte[]> Unchanged(ECDsa key) =>
        Corpus.Select(claims => RawJws.Sign(Samples.RequestHeader(key).ToJsonString(), claims, key));

    public byte[] Next()
    {
        var claims = Mutate(Pick(Corpus), _random.Next(4));
        var header = _random.Next(8) == 0 ? Mutate(_header, 1) : _header;
        var file = RawJws.Sign(header, claims, _key);
        return _random.Next(4) == 0 ? ChangeBytes(file) : file;
    }

    private string Mutate(string json, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var tokens = Token().Matches(json).Select(match => match.Value).ToList();
            MutateOnce(tokens);
            json = string.Concat(tokens);
        }

        return json;
    }

    private void MutateOnce(List<string> tokens)
    {
        if (tokens.Count == 0)
        {
            return;
        }

        var (at, other) = (_random.Next(tokens.Count), _random.Next(tokens.Count));
        switch (_random.Next(6))
        {
            case 0:
                tokens.RemoveAt(at);
                break;
            case 1:
                tokens[at] = Pick(Strange);
                break;
            case 2:
                tokens.Insert(at, Pick(Strange));
                break;
            case 3:
                (tokens[at], tokens[other]) = (tokens[other], tokens[at]);
                break;
            case 4:
                // A member, an entry or half of one, twice.
                tokens.InsertRange(at, tokens.GetRange(at, Math.Min(_random.Next(1, 9), tokens.Count - at)));
                break;
            default:
                tokens[at] = ChangeLetter(tokens[at]);
                break;
        }
    }

    private string ChangeLetter(string token)
    {
        var letters = token.ToCharArray();
        letters[_random.Next(letters.Length)] = (char)_random.Next(0x20, 0x100);
        return new string(letters);
    }

    private byte[] ChangeBytes(byte[] file)
    {
        var at = _random.Next(file.Length);
        return _random.Next(6) switch
        {
            0 => [.. file[..at], .. file[(at + 1)..]],
            1 => [.. file[..at], (byte)_random.Next(256), .. file[at..]],
            2 => file[..at],
            3 => [.. file, .. Encoding.ASCII.GetBytes(Pick(["\n", "\r\n", "=", ".", " ", "\0"]))],
            4 => file[..^1],
            _ => [.. file[..at], (byte)(file[at] ^ (1 << _random.Next(8))), .. file[(at + 1)..]],
        };
    }

    private string Pick(string[] from) => from[_random.Next(from.Length)];

    [GeneratedRegex("""
        "(\\.|[^"\\])*"|[-+.0-9A-Za-z]+|.|\n
        """, RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Token();
}
