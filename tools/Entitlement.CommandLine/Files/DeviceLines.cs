using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;
using Entitlement.CommandLine.Invocation;
using Entitlement.Formats;

namespace Entitlement.CommandLine.Files;

/// <summary>Reads devices from the command line, from JSON and from CSV. Their rules are the request's to judge.</summary>
internal static class DeviceLines
{
    // Ten thousand devices with long names; more than a request can hold anyway.
    private const int MaxBytes = 8 << 20;

    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static RequestedDevice[] Parse(ArgumentResult result)
    {
        var devices = new List<RequestedDevice>();
        foreach (var text in result.Tokens.Select(token => token.Value))
        {
            var parts = text.Split(':', 3);
            if (parts.Length >= 2 && parts[0].Length > 0 && parts[1].Length > 0)
            {
                devices.Add(new RequestedDevice(parts[0], parts[1], parts.Length > 2 ? parts[2] : null));
            }
            else
            {
                result.AddError($"--device: '{text}' is no device. Write ID:FEATURE or ID:FEATURE:MODEL.");
            }
        }

        return [.. devices];
    }

    /// <exception cref="CommandFailure">The file can't be read, or is not what its ending says; the message names the place.</exception>
    public static async Task<IReadOnlyList<RequestedDevice>> ReadFileAsync(string path, CancellationToken cancellation)
    {
        var bytes = await LocalFiles.ReadAsync(path, MaxBytes, cancellation);
        if (bytes.Length > MaxBytes)
        {
            throw Invalid(path, $"is larger than {MaxBytes} bytes");
        }

        return Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".JSON" => ReadJson(path, bytes),
            ".CSV" => ReadCsv(path, bytes),
            _ => throw CommandFailure.Usage($"--devices: {path} must end with .json or .csv."),
        };
    }

    private static List<RequestedDevice> ReadJson(string path, byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<List<RequestedDevice>>(bytes, Strict) ?? throw Invalid(path, "holds null and no list");
        }
        catch (JsonException cause)
        {
            throw Invalid(path, $"line {cause.LineNumber + 1}, {cause.Path}: not a list of {{\"id\", \"feature\", \"model\"}}");
        }
    }

    private static List<RequestedDevice> ReadCsv(string path, byte[] bytes)
    {
        var rows = ReadRows(bytes).ToList();
        var heading = rows.Count > 0 ? rows[0].Cells.Select(cell => cell.Trim().ToLowerInvariant()).ToArray() : [];
        if (heading is not (["id", "feature"] or ["id", "feature", "model"]))
        {
            throw Invalid(path, "line 1: the heading must be id,feature or id,feature,model");
        }

        var devices = new List<RequestedDevice>();
        foreach (var (line, cells) in rows.Skip(1).Where(row => row.Cells is not [""]))
        {
            if (cells.Length != heading.Length)
            {
                throw Invalid(path, $"line {line}: {cells.Length} values, and the heading names {heading.Length}");
            }

            devices.Add(new RequestedDevice(cells[0], cells[1], cells.Length > 2 && cells[2].Length > 0 ? cells[2] : null));
        }

        return devices;
    }

    private static IEnumerable<(int Line, string[] Cells)> ReadRows(byte[] bytes)
    {
        using var parser = new CsvParser(
            new StreamReader(new MemoryStream(bytes), Encoding.UTF8),
            new CsvConfiguration(CultureInfo.InvariantCulture) { Mode = CsvMode.RFC4180, BadDataFound = null });
        for (var line = 1; parser.Read(); line = parser.RawRow + 1)
        {
            yield return (line, parser.Record!);
        }
    }

    private static CommandFailure Invalid(string path, string problem) =>
        new(ExitCode.FileInvalid, "DEVICE_FILE_INVALID", $"{path} {problem}.");
}
