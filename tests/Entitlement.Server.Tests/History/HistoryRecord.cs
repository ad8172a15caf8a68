using System.Collections.Concurrent;
using Google.Protobuf;

namespace Entitlement.Server.Tests.History;

/// <summary>A license file that came back for a request.</summary>
/// <param name="Request">The request's bytes.</param>
/// <param name="File">The file's bytes.</param>
/// <param name="Activation">Whose file it is, by its resource name.</param>
/// <param name="Generation">As the file says.</param>
/// <param name="IsRepeated">Whether the service said that it had answered before.</param>
internal sealed record Answer(ByteString Request, ByteString File, string Activation, int Generation, bool IsRepeated);

/// <summary>The answer to a call.</summary>
/// <param name="Call">The call's bytes.</param>
/// <param name="Said">The answer's bytes.</param>
internal sealed record CallAnswer(ByteString Call, ByteString Said);

/// <summary>What was seen, and what of it must not be.</summary>
/// <param name="name">Stands in each violation, so that the history can be lived again.</param>
internal sealed class HistoryRecord(string name) : IDisposable
{
    private readonly ConcurrentQueue<Answer> _answers = new();
    private readonly ConcurrentQueue<CallAnswer> _calls = new();
    private readonly ConcurrentQueue<string> _violations = new();
    private readonly SemaphoreSlim _answered = new(0);

    public IReadOnlyCollection<Answer> Answers => _answers;

    public IReadOnlyCollection<CallAnswer> Calls => _calls;

    /// <summary>Whether somebody began to revoke the license, so that it may be told.</summary>
    public bool MayBeRevoked { get; set; }

    public IReadOnlyCollection<string> Violations => _violations;

    public void Add(Answer answer)
    {
        _answers.Enqueue(answer);
        _answered.Release();
    }

    public void Add(CallAnswer answer) => _calls.Enqueue(answer);

    public void Violate(string violation) => _violations.Enqueue($"{name}: {violation}");

    public void Dispose() => _answered.Dispose();

    /// <summary>Waits for so many answers more; not for ever, because a server in trouble gives none.</summary>
    public async Task AnsweredAsync(int count)
    {
        for (var i = 0; i < count && await _answered.WaitAsync(TimeSpan.FromSeconds(10)); i++)
        {
        }
    }
}
