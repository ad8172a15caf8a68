using System.Globalization;
using Entitlement.CommandLine.Display;
using Entitlement.V1;

namespace Entitlement.CommandLine.Estate;

/// <summary>Counts what became of the lines, and says how far it is.</summary>
internal sealed class ImportTally(Screen screen, bool isDryRun)
{
    private const int NoteEvery = 5_000;

    private readonly SortedDictionary<string, long> _reasons = new(StringComparer.Ordinal);
    private readonly List<string> _reports = [];
    private Action<string> _tell = _ => { };
    private long _read;
    private long _created;
    private long _unchanged;

    public long Refused { get; private set; }

    /// <summary>How many the service has answered.</summary>
    public long Answered { get; private set; }

    /// <param name="tell">Shows a person how far it is; does nothing where nobody looks on.</param>
    public ImportTally Telling(Action<string> tell)
    {
        _tell = tell;
        return this;
    }

    public void CountRead() => _read++;

    public void Count(ImportOutcome outcome)
    {
        Answered++;
        _created += outcome == ImportOutcome.Created ? 1 : 0;
        _unchanged += outcome == ImportOutcome.Unchanged ? 1 : 0;
        var line = $"{Text(Answered)} records: {Text(_created)} created, {Text(_unchanged)} unchanged, {Text(Refused)} refused";
        _tell(line);
        if (Answered % NoteEvery == 0)
        {
            screen.Note(line);
        }
    }

    public void CountRefused(string reason)
    {
        Refused++;
        _reasons[reason] = _reasons.GetValueOrDefault(reason) + 1;
    }

    /// <param name="path">Null when nothing was refused.</param>
    public void AddReport(string? path)
    {
        if (path is not null)
        {
            _reports.Add(path);
        }
    }

    public void Show()
    {
        if (screen.IsJson)
        {
            ShowJson();
            return;
        }

        screen.WriteDetails(
        [
            ("Records", Text(_read)),
            (isDryRun ? "Would be created" : "Created", Text(_created)),
            ("Unchanged", Text(_unchanged)),
            ("Refused", Text(Refused)),
            .. _reasons.Select(reason => ($"  {reason.Key}", Text(reason.Value))),
            .. _reports.Select(report => ("Refused lines in", report)),
        ]);
        if (isDryRun)
        {
            screen.Note("This was a dry run; nothing was changed.");
        }
    }

    private void ShowJson() => screen.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("dryRun", isDryRun);
        json.WriteNumber("records", _read);
        json.WriteNumber("created", _created);
        json.WriteNumber("unchanged", _unchanged);
        json.WriteNumber("refused", Refused);
        json.WriteStartObject("reasons");
        foreach (var (reason, count) in _reasons)
        {
            json.WriteNumber(reason, count);
        }

        json.WriteEndObject();
        json.WriteStartArray("reports");
        _reports.ForEach(json.WriteStringValue);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
