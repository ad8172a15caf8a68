using System.Globalization;
using System.Text;
using Entitlement.Client.Activation;
using Entitlement.Formats;
using Entitlement.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Entitlement.Client;

/// <summary>
/// The calls that an installation makes with its instance key: the number of the last (file <c>call.seq</c>) and the
/// one that is not yet answered (file <c>status.call</c>). Both are on the disk before a call is sent, and the same
/// bytes are sent until they are answered, so that a lost answer takes nothing twice. One instance serves one caller
/// at a time.
/// </summary>
public sealed class CallJournal
{
    /// <summary>Name of the file with the number of the last call.</summary>
    public const string SequenceFileName = "call.seq";

    /// <summary>Name of the call that is not yet answered.</summary>
    public const string PendingFileName = "status.call";

    private const string ReportStatus = "/entitlement.v1.ActivationService/ReportStatus";

    /// <summary>For these the same call may be taken later, so it goes on waiting.</summary>
    private static readonly ErrorReason[] Passing =
    [
        ErrorReason.ConcurrentChange, ErrorReason.StorageUnavailable, ErrorReason.TooBusy, ErrorReason.TooManyFailures,
    ];

    private readonly StateDirectory _state;
    private readonly InstanceKey _key;
    private readonly TimeProvider _clock;

    /// <summary>When the call that waits was begun; null when an earlier process did.</summary>
    private long? _begun;

    /// <param name="directory">The directory of the installation.</param>
    /// <param name="key">Its instance key.</param>
    /// <param name="clock">Null for the system's clock; of it only the time that passes is used.</param>
    public CallJournal(string directory, InstanceKey key, TimeProvider? clock = null)
    {
        _state = new StateDirectory(directory);
        _key = key;
        _clock = clock ?? TimeProvider.System;
    }

    /// <summary>
    /// Reports. A call that waits for its answer is sent again first, whatever it said; then this one, unless that was
    /// it. Numbers that the service has seen already are skipped.
    /// </summary>
    /// <param name="activation">The activation, by its resource name: <c>sub</c> of the license file.</param>
    /// <param name="issuer">The service: <c>iss</c> of the license file.</param>
    /// <param name="report">What to report.</param>
    /// <param name="send">
    /// Makes the call once, and throws a refusal as <see cref="EntitlementRefusedException"/>.
    /// </param>
    /// <exception cref="EntitlementRefusedException">The service refused this report.</exception>
    /// <exception cref="RpcException">The service was not reached; the call waits for the next time.</exception>
    public async Task<AnsweredReport> ReportAsync(
        string activation,
        string issuer,
        StatusReport report,
        Func<ReportStatusRequest, Task<ReportStatusResponse>> send)
    {
        if (ReadPending() is { } pending)
        {
            // One of an earlier process was begun nobody knows when: how long its leases last can't be told any more.
            var isThis = _begun is not null && IsAbout(pending, activation, report);
            if (await SettleAsync(pending, isThis, send).ConfigureAwait(false) is { } answered && isThis)
            {
                return answered;
            }
        }

        // Once more when the numbers were behind: the refusal told where they are.
        return await SendAsync(Begin(activation, issuer, report), send, mayBeBehind: true).ConfigureAwait(false)
            ?? (await SendAsync(Begin(activation, issuer, report), send, mayBeBehind: false).ConfigureAwait(false))!;
    }

    /// <returns>Null when it was refused and is not what is reported now: the next call supersedes it.</returns>
    private async Task<AnsweredReport?> SettleAsync(
        ReportStatusRequest pending, bool isThis, Func<ReportStatusRequest, Task<ReportStatusResponse>> send)
    {
        try
        {
            return await SendAsync(pending, send, mayBeBehind: true).ConfigureAwait(false);
        }
        catch (EntitlementRefusedException refusal) when (!isThis && !Passing.Contains(refusal.Reason))
        {
            return null;
        }
    }

    /// <returns>Null when its number was behind and may be.</returns>
    private async Task<AnsweredReport?> SendAsync(
        ReportStatusRequest request, Func<ReportStatusRequest, Task<ReportStatusResponse>> send, bool mayBeBehind)
    {
        try
        {
            var answer = await send(request).ConfigureAwait(false);
            _state.Delete(PendingFileName);
            return new AnsweredReport(answer, _begun ?? _clock.GetTimestamp());
        }
        catch (EntitlementRefusedException refusal)
        {
            if (!Passing.Contains(refusal.Reason))
            {
                _state.Delete(PendingFileName);
            }

            if (mayBeBehind && refusal.Reason == ErrorReason.CallOutOfSequence && SkipTo(refusal))
            {
                return null;
            }

            throw;
        }
    }

    private ReportStatusRequest Begin(string activation, string issuer, StatusReport report)
    {
        var body = report.ToByteArray();
        var proof = new CallProof
        {
            Audience = issuer,
            Rpc = ReportStatus,
            Subject = activation,
            Sequence = ReadSequence() + 1,
            BodyHash = CallProofFile.HashOf(body),
        };
        var request = new ReportStatusRequest
        {
            Report = ByteString.CopyFrom(body),
            Proof = ByteString.CopyFrom(_key.Sign(proof)),
        };

        // The number first: one that was used and is not in the file would be used for another call.
        WriteSequence(proof.Sequence);
        _state.Write(PendingFileName, request.ToByteArray());
        _begun = _clock.GetTimestamp();
        return request;
    }

    /// <returns>False when the service did not tell where its numbers are.</returns>
    private bool SkipTo(EntitlementRefusedException refusal)
    {
        var told = refusal.Metadata.GetValueOrDefault("last_seq");
        if (!long.TryParse(told, NumberStyles.None, CultureInfo.InvariantCulture, out var last))
        {
            return false;
        }

        WriteSequence(Math.Max(last, ReadSequence()));
        return true;
    }

    /// <summary>Null when there is none, or none that can be read: the next call supersedes it.</summary>
    private ReportStatusRequest? ReadPending()
    {
        try
        {
            return _state.Read(PendingFileName) is { } bytes ? ReportStatusRequest.Parser.ParseFrom(bytes) : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>0 when no call was made yet, or nobody knows: the service tells, then.</summary>
    private long ReadSequence()
    {
        var text = _state.ReadText(SequenceFileName);
        return long.TryParse(text, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var last) ? last : 0;
    }

    private void WriteSequence(long sequence)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{sequence}\n");
        _state.Write(SequenceFileName, Encoding.ASCII.GetBytes(line));
    }

    private static bool IsAbout(ReportStatusRequest pending, string activation, StatusReport report)
    {
        try
        {
            return pending.Report.Span.SequenceEqual(report.ToByteArray())
                && CallProofFile.Inspect(pending.Proof.Span).Proof.Subject == activation;
        }
        catch (FileFormatException)
        {
            return false;
        }
    }
}

/// <summary>The answer to a report.</summary>
/// <param name="Answer">What the service said.</param>
/// <param name="Begun">
/// When the call was begun, as <see cref="TimeProvider.GetTimestamp"/> tells it: leases are counted from here.
/// </param>
public sealed record AnsweredReport(ReportStatusResponse Answer, long Begun);
