using System.Collections.Immutable;
using Entitlement.Formats;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Entitlement.Server.Tests.History;

/// <summary>One installation that does at random what installations, and the people behind them, do.</summary>
internal sealed class Installation(HistoryRecord record, License license, Random random) : IDisposable
{
    /// <summary>What a service in order may say here; anything else is a violation.</summary>
    private static readonly string[] Reasons =
    [
        "SEATS_EXHAUSTED", "NOT_ACTIVATED", "ACTIVATION_ENDED", "LIMIT_BELOW_USE", "CALL_OUT_OF_SEQUENCE", "CONCURRENT_CHANGE",
        "STORAGE_UNAVAILABLE",
    ];

    private readonly InstalledProduct _product = new();
    private readonly List<ByteString> _requests = [];
    private readonly HashSet<ByteString> _unanswered = [];
    private string? _activation;
    private int _generation;
    private long _sequence;
    private ReportStatusRequest? _lastCall;

    public void Dispose() => _product.Dispose();

    public async Task LiveAsync(Service service, SeatWatch seats, int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            await StepAsync(service);
            await seats.LookAsync();
        }
    }

    /// <summary>Sends again what was never answered, until it is.</summary>
    public async Task SettleAsync(Service service)
    {
        foreach (var request in _unanswered.ToList())
        {
            await SendAsync(service, request, CancellationToken.None);
        }
    }

    private async Task StepAsync(Service service)
    {
        using var patience = new CancellationTokenSource();
        if (random.Next(4) == 0)
        {
            // The answer gets lost: before the call was sent, while it is worked on, or on its way back.
            patience.CancelAfter(TimeSpan.FromMilliseconds(random.Next(30)));
        }

        switch (random.Next(100))
        {
            case < 25:
                await SendAsync(service, Ask(LicenseRequestOperation.Activate), patience.Token);
                break;
            case < 35:
                await SendAsync(service, Ask(LicenseRequestOperation.Refresh), patience.Token);
                break;
            case < 45 when _requests.Count > 0:
                await SendAsync(service, _requests[random.Next(_requests.Count)], patience.Token);
                break;
            case < 52:
                // By two processes at once, or by a proxy that sends twice.
                var twice = Ask(LicenseRequestOperation.Activate);
                await Task.WhenAll(SendAsync(service, twice, patience.Token), SendAsync(service, twice, CancellationToken.None));
                break;
            case < 78 when _activation is not null:
                await LeaseAsync(service, patience.Token);
                break;
            case < 84:
                // Leases run out.
                service.Clock.Advance(TimeSpan.FromMinutes(random.Next(40)));
                break;
            case < 92 when _activation is not null:
                var receipt = new DeactivateRequest { ReturnReceipt = _product.Return(_activation, _generation) };
                await CallAsync(() => service.Product.DeactivateAsync(receipt, cancellationToken: patience.Token));
                break;
            case < 96 when _activation is not null:
                var release = new ReleaseActivationRequest { Name = _activation, Reason = "dead", RequestId = $"{Guid.NewGuid()}" };
                await CallAsync(() => service.Desk.ReleaseActivationAsync(release, cancellationToken: patience.Token));
                break;
            default:
                await CallAsync(() => service.Licenses.UpdateLicenseAsync(NewLimit(), cancellationToken: patience.Token));
                break;
        }
    }

    /// <summary>Takes, renews or gives back, and now and then by a call that was sent before.</summary>
    private async Task LeaseAsync(Service service, CancellationToken patience)
    {
        if (_lastCall is null || random.Next(4) > 0)
        {
            var wishes = Enumerable.Repeat(new LeaseWish { Feature = "render", Quantity = random.Next(1, 3) }, random.Next(2));
            var report = new StatusReport { Generation = _generation, Leases = { wishes } };
            _lastCall = _product.Report(_activation!, ++_sequence, report);
        }

        var call = _lastCall;
        var answers = await Task.WhenAll(Enumerable.Range(0, random.Next(1, 3)).Select(_ =>
            CallAsync(() => service.Product.ReportStatusAsync(call, cancellationToken: patience))));
        foreach (var answer in answers.OfType<ReportStatusResponse>())
        {
            record.Add(new CallAnswer(call.ToByteString(), answer.ToByteString()));
        }
    }

    private ByteString Ask(LicenseRequestOperation operation)
    {
        var cameras = Enumerable.Range(0, random.Next(3)).Select(i => new RequestedDevice($"cam-{i}", "camera"));
        var file = _product.Sign(_product.Ask(license.Slc) with
        {
            Operation = operation,
            Generation = _generation,
            Devices = cameras.ToImmutableArray(),
        });
        _requests.Add(file);
        _unanswered.Add(file);
        return file;
    }

    private UpdateLicenseRequest NewLimit() => new()
    {
        Name = license.Name,
        License = new License { MachineLimit = random.Next(3, 8) },
        UpdateMask = new FieldMask { Paths = { "machine_limit" } },
        Reason = "sold or given back",
    };

    private async Task SendAsync(Service service, ByteString request, CancellationToken patience)
    {
        if (LicenseRequestFile.Read(request.Span).Request.Operation == LicenseRequestOperation.Refresh)
        {
            var call = new RefreshLicenseRequest { LicenseRequest = request };
            var answer = await CallAsync(() => service.Product.RefreshLicenseAsync(call, cancellationToken: patience), request);
            Note(request, answer?.LicenseFile, answer?.Activation, answer?.RepeatedAnswer ?? false);
        }
        else
        {
            var call = new ActivateRequest { LicenseRequest = request };
            var answer = await CallAsync(() => service.Product.ActivateAsync(call, cancellationToken: patience), request);
            Note(request, answer?.LicenseFile, answer?.Activation, answer?.RepeatedAnswer ?? false);
        }
    }

    private void Note(ByteString request, ByteString? file, Activation? activation, bool isRepeated)
    {
        if (file is null || activation is null)
        {
            return;
        }

        var generation = LicenseFile.Read(file.Span).Claims.Generation;
        lock (_requests)
        {
            _unanswered.Remove(request);
            _activation = activation.Name;
            _generation = Math.Max(_generation, generation);
        }

        record.Add(new Answer(request, file, activation.Name, generation, isRepeated));
    }

    /// <returns>Null when it was refused, or when nobody knows what became of it.</returns>
    private async Task<T?> CallAsync<T>(Func<AsyncUnaryCall<T>> call, ByteString? request = null)
        where T : class
    {
        try
        {
            using var running = call();
            return await running.ResponseAsync;
        }
        catch (ObjectDisposedException)
        {
            // The channel of a server that is being stopped.
            return null;
        }
        catch (RpcException refusal) when (refusal.Trailers.GetValueBytes("grpc-status-details-bin") is null)
        {
            return null;
        }
        catch (RpcException refusal)
        {
            if (!Reasons.Contains(refusal.Reason()) && !(record.MayBeRevoked && refusal.Reason() == "LICENSE_REVOKED"))
            {
                record.Violate($"refused with {refusal.Reason()}: {refusal.Status.Detail}");
            }

            if (request is not null && refusal.Reason() is not ("CONCURRENT_CHANGE" or "STORAGE_UNAVAILABLE"))
            {
                lock (_requests)
                {
                    _unanswered.Remove(request);
                }
            }

            return null;
        }
    }
}
