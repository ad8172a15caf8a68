using Entitlement.Domain.Access;
using Entitlement.Domain.Errors;
using Entitlement.Server.Access.Cache;
using Entitlement.Storage;
using Entitlement.Testing;

namespace Entitlement.Server.Tests.Access.Cache.Model;

/// <summary>What happens in a step.</summary>
internal enum Act
{
    Ask,
    AskByToken,
    AskFully,
    Commit,
    CommitAndDie,
    DeliverHint,
    RepeatHint,
    DropHint,
    ReadClock,
    Advance,
    SetWallClock,
    SlowDown,
    LetGoOn,
    BackUpShared,
    RestoreShared,
    ReplayShared,
    LoseShared,
    SwitchShared,
    SwitchDatabase,
    RestartNode,
}

/// <summary>One step; what the numbers mean depends on what happens.</summary>
internal readonly record struct Step(Act Act, int Node, int Number);

/// <summary>
/// Writers, readers and everything that goes wrong between them, step by step; each answer is held against what the database
/// held, at the moment at which it is given.
/// </summary>
internal sealed class ModelRun : IDisposable
{
    private const int Accounts = 3;
    private const int Nodes = 2;

    /// <summary>Some of a reading's steps, up to more than any time limit.</summary>
    private static readonly int[] Milliseconds = [1, 100, 250, 499, 501, 900, 1_000, 1_001, 2_500, 6_000];

    private readonly Pump _pump = new();
    private readonly ManualClock _clock = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly ModelDatabase _database;
    private readonly Gates _gates = new();
    private readonly ModelShare _shared;
    private readonly Breakage _broken;

    /// <summary>Hints on their way: to which node, of which version.</summary>
    private readonly List<(ModelNode Node, long Version)> _hints = [];
    private readonly ModelNode[] _nodes;
    private readonly List<ModelNode> _ended = [];
    private readonly List<string> _violations = [];
    private readonly List<Task> _begun = [];
    private IReadOnlyList<Snapshot> _backup = [];
    private long _token;
    private int _asked;

    /// <summary>Counts what may make a question wait or fail.</summary>
    private int _disturbances;

    /// <summary>How long readings were kept waiting.</summary>
    private TimeSpan _kept;

    public ModelRun(Breakage? broken = null)
    {
        _broken = broken ?? new Breakage();
        _database = new ModelDatabase(_clock);
        _shared = new ModelShare { Found = _broken.Share };
        _nodes = [.. Enumerable.Range(0, Nodes).Select(_ => NewNode())];
    }

    /// <summary>Id of an account by its number.</summary>
    public static Guid IdOf(int account) => new(account + 1, 0, 0, new byte[8]);

    /// <returns>What was wrong.</returns>
    public IReadOnlyList<string> Play(IEnumerable<Step> steps)
    {
        foreach (var step in steps)
        {
            _pump.Do(() => Take(step));
        }

        _pump.Do(Recover);
        _pump.DoUntil(AllEnded);
        foreach (var node in _nodes)
        {
            // Once everything is well, everybody answers, and by what stands.
            _pump.Do(() => Begin(AskAsync(node, 0b111, node.Views.FromNowOn(), _database.Version)));
        }

        _pump.DoUntil(AllEnded);
        _violations.AddRange(_begun.Where(task => !task.IsCompletedSuccessfully).Select(task =>
            task.Exception?.InnerException?.ToString() ?? "A question was never answered."));
        return _violations;
    }

    public void Dispose()
    {
        foreach (var node in _nodes.Concat(_ended))
        {
            node.Dispose();
        }
    }

    private void Begin(Task task) => _begun.Add(task);

    private bool AllEnded() => _begun.TrueForAll(task => task.IsCompleted);

    private ModelNode NewNode() => new(_database, _gates, _shared, _clock, _broken);

    private void Take(Step step)
    {
        var node = _nodes[step.Node % Nodes];
        switch (step.Act)
        {
            case Act.Ask:
                Begin(AskAsync(node, step.Number, default, 0));
                break;
            case Act.AskByToken:
                Begin(AskAsync(node, step.Number, Freshness.OfToken(_token, "token"), _token));
                break;
            case Act.AskFully:
                Begin(AskAsync(node, step.Number, node.Views.FromNowOn(), _database.Version));
                break;
            case Act.Commit:
                Commit(node, step.Number);
                break;
            case Act.CommitAndDie:
                Commit(step.Number);
                Restart(step.Node % Nodes);
                break;
            case Act.ReadClock:
                Begin(ReadAsync(node));
                break;
            case Act.Advance:
                Advance(TimeSpan.FromMilliseconds(Milliseconds[step.Number % Milliseconds.Length]));
                break;
            case Act.SetWallClock:
                _clock.Set(_clock.GetUtcNow().AddMinutes(step.Number - 50));
                break;
            case Act.RestartNode:
                Restart(step.Node % Nodes);
                break;
            default:
                Disturb(step, node);
                break;
        }
    }

    private void Advance(TimeSpan by)
    {
        _kept += _gates.Waiting > 0 ? by : TimeSpan.Zero;
        _clock.Advance(by);
    }

    private void Disturb(Step step, ModelNode node)
    {
        switch (step.Act)
        {
            case Act.DeliverHint or Act.RepeatHint or Act.DropHint when _hints.Count > 0:
                Hint(step);
                break;
            case Act.SlowDown:
                node.Slowness = (Slowness)(step.Number % 3);
                _disturbances++;
                break;
            case Act.LetGoOn when _gates.Waiting > 0:
                _gates.Release(step.Number);
                break;
            case Act.BackUpShared:
                _backup = _shared.Copy();
                break;
            case Act.RestoreShared:
                _shared.PutBack(_backup);
                break;
            case Act.ReplayShared:
                _shared.Replay(step.Number);
                break;
            case Act.LoseShared:
                _shared.PutBack([]);
                break;
            case Act.SwitchShared:
                _shared.IsDown = !_shared.IsDown;
                break;
            case Act.SwitchDatabase:
                _database.IsDown = !_database.IsDown;
                _disturbances++;
                break;
            default:
                break;
        }
    }

    /// <summary>In any order: hints may overtake each other.</summary>
    private void Hint(Step step)
    {
        var index = step.Number % _hints.Count;
        var (node, version) = _hints[index];
        if (step.Act != Act.RepeatHint)
        {
            _hints.RemoveAt(index);
        }

        if (step.Act != Act.DropHint && (node.Views.Newest is null || node.Views.Newest.Version < version))
        {
            Begin(ReadAsync(node));
        }
    }

    private void Commit(ModelNode node, int number)
    {
        var version = Commit(number);
        node.Views.Committed(version);
        node.Committed = version;
        _token = version;
        _hints.AddRange(_nodes.Where(other => other != node).Select(other => (other, version)));
    }

    /// <summary>Of an account nothing is known but the version that touched it last, which stands where it has its policy.</summary>
    private long Commit(int number)
    {
        var policy = (AccountPolicy)(_database.Version + 1);
        return _database.Commit([.. Chosen(number).Select(IdOf).Select(id => new AccountCopy(
            id,
            Version: 0,
            new AccountSnapshot(id, ParentId: null, policy, EverSupervised: false, GrantIndex.Empty),
            IsLarge: false))]);
    }

    private void Restart(int index)
    {
        _ended.Add(_nodes[index]);
        _nodes[index] = NewNode();
    }

    private void Recover()
    {
        (_database.IsDown, _shared.IsDown) = (false, false);
        foreach (var node in _nodes.Concat(_ended))
        {
            node.Slowness = Slowness.None;
        }

        while (_gates.Waiting > 0)
        {
            _gates.Release(0);
        }
    }

    private static List<int> Chosen(int number) =>
        [.. Enumerable.Range(0, Accounts).Where(account => ((number % 7) + 1 & (1 << account)) != 0)];

    private static bool IsRefusal(Exception failure) => failure is EntitlementException or StorageUnavailableException;

    private static async Task ReadAsync(ModelNode node)
    {
        try
        {
            await node.Views.AdvanceAsync();
        }
        catch (Exception refused) when (IsRefusal(refused))
        {
            // As in the background: whoever asks meets it.
        }
    }

    /// <param name="node">Who is asked.</param>
    /// <param name="number">About which accounts.</param>
    /// <param name="freshness">How fresh the answer must be.</param>
    /// <param name="atLeast">The version that it must not be behind.</param>
    private async Task AskAsync(ModelNode node, int number, Freshness freshness, long atLeast)
    {
        var question = new Values(Chosen(number));
        atLeast = Math.Max(atLeast, Math.Max(node.Answered, node.Committed));
        var disturbances = _disturbances;
        var isQuiet = !_database.IsDown && _gates.Waiting == 0 && _nodes.Concat(_ended).All(one => one.Slowness == Slowness.None);
        var name = $"question {++_asked}";
        try
        {
            var answer = await node.Cache.AskAsync<Values, long[]>(question, freshness, CancellationToken.None);
            Judge(name, node, question, answer, atLeast);
        }
        catch (Exception refused) when (IsRefusal(refused))
        {
            if (isQuiet && disturbances == _disturbances)
            {
                _violations.Add($"{name} was refused ({refused.Message}) while all was well.");
            }
        }

        // Who waits for another's load for too long goes alone.
        if (node.MostLoads > 1 && _kept < SnapshotLoads.JoinLimit)
        {
            _violations.Add($"{name}: a thing was loaded {node.MostLoads} times at one version.");
        }
    }

    private void Judge(string name, ModelNode node, Values question, Answered<long[]> answer, long atLeast)
    {
        var expected = _database.TrueAt<Values, long[]>(question, answer.Version);
        if (!answer.Value.SequenceEqual(expected))
        {
            _violations.Add(
                $"{name} was answered {string.Join(',', answer.Value)} at version {answer.Version}, which had {string.Join(',', expected)}.");
        }

        if (!_database.WasNewestWithin(answer.Version, Node.Bound))
        {
            _violations.Add($"{name} was answered by version {answer.Version}, which ended too long ago.");
        }

        if (answer.Version < atLeast)
        {
            _violations.Add($"{name} was answered by version {answer.Version} and not at least {atLeast}.");
        }

        node.Answered = Math.Max(node.Answered, answer.Version);
        _token = Math.Max(_token, answer.Version);
    }

    /// <summary>What is there of some accounts, all at one moment?</summary>
    private readonly record struct Values(List<int> Accounts) : IAccessQuestion<long[]>
    {
        public bool TryAnswer(ref SnapshotReader reader, out long[] answer)
        {
            answer = new long[Accounts.Count];
            var isWhole = true;
            for (var i = 0; i < answer.Length; i++)
            {
                var found = reader.Find<AccountCopy>(new SnapshotKey(SnapshotKind.Account, IdOf(Accounts[i])));
                isWhole &= found is not null;
                answer[i] = found?.Account is { } account ? (long)account.Policy : 0;
            }

            return isWhole;
        }
    }
}
