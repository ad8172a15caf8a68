using System.Text.Json;
using Entitlement.V1;

namespace Entitlement.Client.Audit;

/// <summary>
/// Looks for the record of each issued generation. A record says of which generation its file is and which was on
/// record before it, so that the records of an activation form a chain from 0 to the newest; a gap that a restored
/// database leaves is part of it, because the record behind the gap tells both ends.
/// </summary>
internal sealed class IssuedGenerations
{
    private readonly Dictionary<Guid, Activation> _activations = [];

    public int Count => _activations.Count;

    /// <summary>Those of which a record is missing so far, as resource names.</summary>
    public IEnumerable<string> Suspects => _activations
        .Where(entry => entry.Value.Reached < entry.Value.Newest)
        .Select(entry => NameOf(entry.Value, entry.Key));

    public void Expect(IssuedGeneration issued)
    {
        if (Read(issued.Activation) is (var account, var license, var activation))
        {
            _activations[activation] = new Activation(account, license, issued.Generation);
        }
    }

    /// <summary>Takes note of a record, whichever it is.</summary>
    public void Add(AuditRecord record)
    {
        // What was imported leads from 0 to the generation that another service had come to.
        if (record.Action is "activation.create" or "activation.resume" or "activation.issue" or "activation.take_over"
                or "activation.import"
            && Read(record.Resource) is (_, _, var activation)
            && _activations.TryGetValue(activation, out var issued)
            && ReadGenerations(record.Details) is (var before, var generation)
            && before < generation)
        {
            issued.Link(before, generation);
        }
    }

    /// <summary>The first generation of an activation that has no record.</summary>
    public int FirstUnrecorded(string activation) => _activations[Read(activation)!.Value.Activation].Reached + 1;

    private static string NameOf(Activation activation, Guid id) =>
        $"accounts/{activation.Account}/licenses/{activation.License}/activations/{id}";

    private static (Guid Account, Guid License, Guid Activation)? Read(string name) =>
        name.Split('/') is ["accounts", var account, "licenses", var license, "activations", var activation]
        && Guid.TryParse(account, out var first)
        && Guid.TryParse(license, out var second)
        && Guid.TryParse(activation, out var third)
            ? (first, second, third)
            : null;

    private static (int Before, int Generation)? ReadGenerations(string details)
    {
        try
        {
            using var json = JsonDocument.Parse(details);
            if (!json.RootElement.TryGetProperty("generation", out var value) || !value.TryGetInt32(out var generation))
            {
                return null;
            }

            // Records of before there was this member: their generations rise one by one.
            return json.RootElement.TryGetProperty("generation_before", out value) && value.TryGetInt32(out var before)
                ? (before, generation)
                : (generation - 1, generation);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // Sealed as it is, or found altered; of a generation it says nothing.
            return null;
        }
    }

    private sealed class Activation(Guid account, Guid license, int newest)
    {
        /// <summary>Links whose beginning was not reached yet; most activations never have one.</summary>
        private Dictionary<int, int>? _ahead;

        public Guid Account => account;

        public Guid License => license;

        public int Newest => newest;

        /// <summary>Up to here each generation has its record.</summary>
        public int Reached { get; private set; }

        public void Link(int before, int generation)
        {
            if (before != Reached)
            {
                (_ahead ??= [])[before] = generation;
                return;
            }

            Reached = generation;
            while (_ahead is not null && _ahead.Remove(Reached, out var next))
            {
                Reached = next;
            }
        }
    }
}
