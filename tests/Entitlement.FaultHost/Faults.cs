using System.Diagnostics;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using SQLitePCL;

namespace Entitlement.FaultHost;

/// <summary>
/// Names the steps of a call from its receipt to its reply, and ends the process at the one that the call asks for:
/// without a word, no destructor, no flush, as if the machine had lost its power.
/// </summary>
/// <remarks>
/// The steps are what the server does by itself, seen from outside: nothing in it knows of this. What EF Core tells its
/// listeners are queries, transactions and savepoints; what SQLite tells are the rows that are written. A step's name is
/// what happened and the how-manieth time, such as <c>TransactionCommitted#1</c>. See <see cref="FaultNames"/> for
/// how a call asks.
/// </remarks>
internal sealed class Faults
{
    private static readonly HashSet<string> Transactions =
    [
        RelationalEventId.TransactionStarted.Name!,
        RelationalEventId.CreatedTransactionSavepoint.Name!,
        RelationalEventId.ReleasedTransactionSavepoint.Name!,
        RelationalEventId.TransactionCommitting.Name!,
        RelationalEventId.TransactionCommitted.Name!,
    ];

    /// <summary>
    /// Whether this is the call's own doing. Queries count only then, because others ask the database all the time;
    /// writes count whoever does them, because callers may share a commit.
    /// </summary>
    private readonly AsyncLocal<bool> _isInCall = new();

    private readonly Lock _gate = new();
    private readonly List<string> _passed = [];
    private string? _last;

    public void Watch(IServiceCollection services)
    {
        DiagnosticListener.AllListeners.Subscribe(new Observer<DiagnosticListener>(listener =>
        {
            if (listener.Name == DbLoggerCategory.Name)
            {
                listener.Subscribe(new Observer<KeyValuePair<string, object?>>(OnEvent));
            }
        }));
        services.AddSingleton(this);
        services.AddSingleton<Outermost>();
        services.Configure<GrpcServiceOptions>(grpc =>
        {
            // Before all others, so that its steps are the first and the last of a call.
            grpc.Interceptors.Add<Outermost>();
            var outermost = grpc.Interceptors[^1];
            grpc.Interceptors.RemoveAt(grpc.Interceptors.Count - 1);
            grpc.Interceptors.Insert(0, outermost);
        });
    }

    private void OnEvent(KeyValuePair<string, object?> told)
    {
        if (told.Key == RelationalEventId.ConnectionOpened.Name
            && told.Value is ConnectionEndEventData { Connection: SqliteConnection connection })
        {
            raw.sqlite3_update_hook(
                connection.Handle, (_, _, _, table, _) => Pass($"{table.utf8_to_string()}Row"), null);
        }

        if (Transactions.Contains(told.Key) || (_isInCall.Value && told.Key == RelationalEventId.CommandExecuted.Name))
        {
            Pass(told.Key[(told.Key.LastIndexOf('.') + 1)..]);
        }
    }

    private void Begin(string? last)
    {
        lock (_gate)
        {
            _passed.Clear();
            _last = last;
        }
    }

    private void Pass(string what)
    {
        lock (_gate)
        {
            var step = $"{what}#{_passed.Count(passed => passed.StartsWith($"{what}#", StringComparison.Ordinal)) + 1}";
            _passed.Add(step);
            if (step != _last)
            {
                return;
            }

            using var self = Process.GetCurrentProcess();
            self.Kill();

            // The signal is on its way, and nothing more may happen until it arrives.
            self.WaitForExit();
        }
    }

    private string End()
    {
        lock (_gate)
        {
            _last = null;
            return string.Join(',', _passed);
        }
    }

    private sealed class Outermost(Faults faults) : Interceptor
    {
        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            if (context.RequestHeaders.GetValue(FaultNames.Header) is not { } last)
            {
                return await continuation(request, context);
            }

            faults.Begin(last);
            faults._isInCall.Value = true;
            faults.Pass("Received");
            var response = await continuation(request, context);
            faults.Pass("AboutToAnswer");
            context.ResponseTrailers.Add(FaultNames.Trailer, faults.End());
            return response;
        }
    }

    private sealed class Observer<T>(Action<T> next) : IObserver<T>
    {
        public void OnNext(T value) => next(value);

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
