using Entitlement.Domain.Errors;
using Entitlement.Formats;
using Entitlement.Server.Hosting;
using Entitlement.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Status = Google.Rpc.Status;

namespace Entitlement.Server.Errors;

/// <summary>Says a refusal in the contract's form: a <c>google.rpc.Status</c> with its details.</summary>
internal sealed class RefusalStatus(ErrorCatalogue catalogue, IOptions<ServerOptions> options)
{
    /// <summary>Who defines the reasons.</summary>
    public const string Domain = "entitlement.v1";

    /// <summary>
    /// How large a status may be. It travels in the trailers, in base64 and with its message once more, and the strictest of
    /// the common clients takes 8 KiB of those.
    /// </summary>
    public const int MaxSize = 4 * 1024;

    private const int MaxMessageLength = 1024;

    private static readonly TimeSpan AfterConflict = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AfterOutage = TimeSpan.FromSeconds(1);

    public Status Of(EntitlementException refusal)
    {
        // Halved until it fits: a license may have more feature lines than trailers can hold.
        for (var lines = refusal.Shortages.Count; ; lines /= 2)
        {
            var status = Compose(
                catalogue[refusal.Reason],
                refusal.Message,
                MetadataOf(refusal, lines),
                DetailsOf(refusal, lines),
                refusal.RetryAfter);
            if (status.CalculateSize() <= MaxSize || lines == 0)
            {
                return status;
            }
        }
    }

    /// <summary>Of a license request file that breaks a rule of its format.</summary>
    public Status Of(FileFormatException refusal) =>
        Compose(
            catalogue[FailureReason.LicenseRequestInvalid],
            refusal.Message,
            [
                new("code", UpperSnakeCase.Of(refusal.Code)),
                new("member", refusal.Member),
                new("rule", refusal.Rule),
            ],
            [Violation($"license_request.{refusal.Member}", refusal.Rule)]);

    private Status Compose(
        CatalogueEntry entry,
        string message,
        IEnumerable<KeyValuePair<string, string>> metadata,
        IEnumerable<IMessage> details,
        TimeSpan? retryAfter = null)
    {
        var info = new ErrorInfo { Reason = entry.Name, Domain = Domain };
        foreach (var (key, value) in metadata)
        {
            info.Metadata[key] = value;
        }

        var status = new Status { Code = (int)entry.Code, Message = Cut(message) };
        status.Details.Add(Any.Pack(info));
        status.Details.AddRange(details.Select(Any.Pack));
        if ((retryAfter ?? UsualDelay(entry.Code)) is { } delay)
        {
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = delay.ToDuration() }));
        }

        var link = new Help.Types.Link { Description = $"What {entry.Name} means", Url = options.Value.HelpBase + entry.FullName };
        status.Details.Add(Any.Pack(new Help { Links = { link } }));
        return status;
    }

    /// <summary>Null where the same again gets the same answer.</summary>
    private static TimeSpan? UsualDelay(StatusCode code) => code switch
    {
        StatusCode.Aborted => AfterConflict,
        StatusCode.Unavailable => AfterOutage,
        _ => null,
    };

    private static IEnumerable<KeyValuePair<string, string>> MetadataOf(EntitlementException refusal, int lines)
    {
        var leftOut = refusal.Shortages.Skip(lines).Select(line => line.Line).ToHashSet(StringComparer.Ordinal);
        return refusal.Metadata.Where(entry => !leftOut.Contains(entry.Key[..Math.Max(0, entry.Key.LastIndexOf('.'))]));
    }

    private static IEnumerable<IMessage> DetailsOf(EntitlementException refusal, int lines)
    {
        var violation = refusal.Reason switch
        {
            FailureReason.InvalidArgument => Violation(refusal.Metadata["field"], refusal.Metadata["rule"]),
            FailureReason.WrongOperation => Violation("license_request.op", $"must be {refusal.Metadata["expected"]}"),
            FailureReason.WrongAudience => Violation("license_request.aud", $"must be {refusal.Metadata["expected"]}, or left out"),
            FailureReason.SlcMistyped => Violation("license_request.slc", "must fit its check characters"),
            _ => null,
        };
        if (violation is not null)
        {
            yield return violation;
        }

        if (refusal.Contacts is { } contacts)
        {
            yield return contacts.ToMessage();
        }

        if (lines > 0)
        {
            yield return new SeatShortage
            {
                Lines =
                {
                    refusal.Shortages.Take(lines).Select(line => new SeatShortage.Types.Line
                    {
                        Line_ = line.Line,
                        Limit = line.Limit,
                        Overage = line.Overage,
                        Held = line.Held,
                        Requested = line.Requested,
                    }),
                },
            };
        }
    }

    private static BadRequest Violation(string field, string rule) => new()
    {
        FieldViolations = { new BadRequest.Types.FieldViolation { Field = field, Description = rule } },
    };

    private static string Cut(string message)
    {
        if (message.Length <= MaxMessageLength)
        {
            return message;
        }

        var end = char.IsHighSurrogate(message[MaxMessageLength - 1]) ? MaxMessageLength - 1 : MaxMessageLength;
        return message[..end] + "…";
    }
}
