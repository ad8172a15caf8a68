using System.Globalization;
using Entitlement.Domain.Activations;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.Errors;

/// <summary>Makes every refusal: what happened, what to do about it, and the same values for programs.</summary>
public static partial class Refusal
{
    /// <param name="field">Path of the wrong field in the request, such as <c>license.machine_limit</c>.</param>
    /// <param name="rule">The rule that it breaks, as the end of a sentence: <c>must be 1 to 256 characters</c>.</param>
    public static EntitlementException InvalidArgument(string field, string rule) =>
        new(FailureReason.InvalidArgument, $"{field} {rule}.", ("field", field), ("rule", rule));

    /// <param name="cause">One of those that the contract names: <c>missing</c>, <c>unknown</c> …</param>
    /// <param name="advice">What the caller should do; a whole sentence.</param>
    public static EntitlementException Unauthenticated(string cause, string advice) =>
        new(FailureReason.Unauthenticated, advice, ("cause", cause));

    /// <param name="permission">Its name.</param>
    /// <param name="resource">As the caller named it; empty for the whole installation.</param>
    /// <param name="contacts">Whom to ask; null when there is nobody.</param>
    public static EntitlementException PermissionDenied(string permission, string resource, AccessContacts? contacts) =>
        new(FailureReason.PermissionDenied,
            $"You may not do this: it needs {permission} on {Place(resource)}. {Advice(contacts)}",
            [("permission", permission), ("resource", resource), .. MetadataOf(contacts)])
        {
            Contacts = contacts,
        };

    public static EntitlementException NotFound(string resource) =>
        new(FailureReason.NotFound, $"{resource} does not exist, or you may not know of it. Check the name.",
            ("resource", resource));

    public static EntitlementException RequestIdReused(Guid requestId) =>
        new(FailureReason.RequestIdReused,
            $"The request_id {requestId} was used before with other content. Make a new one for a new request.",
            ("request_id", $"{requestId}"));

    public static EntitlementException ProductCodeTaken(string code) =>
        new(FailureReason.ProductCodeTaken, $"Another product has the code {code}. Choose another code.", ("code", code));

    public static EntitlementException ExternalRefTaken(string externalRef) =>
        new(FailureReason.ExternalRefTaken,
            $"The external reference {externalRef} belongs to a resource of another account. Check the account, or choose another reference.",
            ("external_ref", externalRef));

    public static EntitlementException WrongOperation(string op, string expected) =>
        new(FailureReason.WrongOperation,
            $"This call takes requests whose op is {expected}, not {op}. Make a new request file with op {expected}.",
            ("op", op), ("expected", expected));

    public static EntitlementException WrongAudience(string audience, string expected) =>
        new(FailureReason.WrongAudience,
            $"The request is addressed to {audience}, and this service is {expected}. Send it there, or make a new request.",
            ("aud", audience), ("expected", expected));

    public static EntitlementException LicenseRequestReused(Guid jti) =>
        new(FailureReason.LicenseRequestReused,
            $"This instance key sent another request under the jti {jti}; nothing was changed. Make a new request with a new jti.",
            ("jti", $"{jti}"));

    /// <summary>Says nothing of the code itself: a mistyped one is still close to a secret.</summary>
    public static EntitlementException SlcMistyped() =>
        new(FailureReason.SlcMistyped,
            "The software license code is mistyped: its check characters do not fit. Compare it with the original and type it again.");

    public static EntitlementException SlcUnknown(Slc slc) =>
        new(FailureReason.SlcUnknown,
            $"No license has the software license code that ends in {slc.Ending}. Check that it is for this service.",
            ("slc_ending", slc.Ending));

    public static EntitlementException WrongProduct(string product, Slc slc) =>
        new(FailureReason.WrongProduct,
            $"The software license code that ends in {slc.Ending} is not for {product}. Use the code of a license for {product}.",
            ("product", product), ("slc_ending", slc.Ending));

    /// <param name="code">The broken rule, as the contract names it.</param>
    /// <param name="member">Where it is broken.</param>
    /// <param name="rule">The rule in words, as the end of a sentence.</param>
    /// <param name="message">All of it, and what to do.</param>
    public static EntitlementException ReturnReceiptInvalid(string code, string member, string rule, string message) =>
        new(FailureReason.ReturnReceiptInvalid, message, ("code", code), ("member", member), ("rule", rule));

    /// <inheritdoc cref="ReturnReceiptInvalid"/>
    public static EntitlementException CallInvalid(string code, string member, string rule, string message) =>
        new(FailureReason.CallInvalid, message, ("code", code), ("member", member), ("rule", rule));

    /// <param name="activation">Whose product calls.</param>
    /// <param name="sequence">The call's number.</param>
    /// <param name="last">The number of the last call.</param>
    public static EntitlementException CallOutOfSequence(ActivationName activation, long sequence, long last) =>
        new(FailureReason.CallOutOfSequence,
            $"The call has the number {sequence}, and {activation} has come to {last} already. "
            + "Go on from there with a new call.",
            ("activation", $"{activation}"), ("seq", Text(sequence)), ("last_seq", Text(last)));

    /// <param name="maxBytes">The format's limit for a license file.</param>
    public static EntitlementException LicenseFileTooLarge(int maxBytes) =>
        new(FailureReason.LicenseFileTooLarge,
            $"The license file that answers this request would have more than the {maxBytes} bytes that its format allows. "
            + "Ask for fewer devices, or give them shorter ids without rare characters.",
            ("max_bytes", Text(maxBytes)));

    public static EntitlementException LicenseRevoked(LicenseName license, DateTimeOffset at) =>
        new(FailureReason.LicenseRevoked, $"{license} was revoked on {Text(at)}, for good. Ask whoever sold it.",
            ("license", $"{license}"), ("revoke_time", Text(at)));

    public static EntitlementException LicenseSuspended(LicenseName license, DateTimeOffset at) =>
        new(FailureReason.LicenseSuspended, $"{license} is suspended since {Text(at)}. Ask whoever sold it.",
            ("license", $"{license}"), ("suspend_time", Text(at)));

    public static EntitlementException LicenseExpired(LicenseName license, DateTimeOffset at) =>
        new(FailureReason.LicenseExpired, $"{license} ended on {Text(at)}. Extend it, or use another license.",
            ("license", $"{license}"), ("end_time", Text(at)));

    public static EntitlementException BuildNotCovered(DateOnly build, DateTimeOffset careEnd) =>
        new(FailureReason.BuildNotCovered,
            $"The build of {Text(build)} is younger than the end of care on {Text(careEnd)}. Install a build up to that date, or renew care.",
            ("build_date", Text(build)), ("care_end_time", Text(careEnd)));

    /// <param name="license">The license that is short.</param>
    /// <param name="shortages">Each line on which too little is left; at least one.</param>
    /// <param name="retryAfter">How long until something may be left; null where nobody knows.</param>
    public static EntitlementException SeatsExhausted(
        LicenseName license, IReadOnlyList<SeatLine> shortages, TimeSpan? retryAfter = null)
    {
        var lines = string.Join("; ", shortages.Select(line =>
            $"{line.Line}: {line.Held} of {Most(line)} held, {line.Requested} more requested"));
        var metadata = shortages.SelectMany(line => new[]
        {
            ($"{line.Line}.limit", Text(line.Limit)),
            ($"{line.Line}.held", Text(line.Held)),
            ($"{line.Line}.requested", Text(line.Requested)),
            ($"{line.Line}.overage", Text(line.Overage)),
        });
        return new EntitlementException(
            FailureReason.SeatsExhausted,
            $"Too few seats are left on {license} ({lines}). Release some, ask for fewer, or raise the quantity.",
            metadata.Prepend(("license", $"{license}")))
        {
            Shortages = shortages,
            RetryAfter = retryAfter,
        };
    }

    public static EntitlementException FeatureNotLicensed(LicenseName license, string feature) =>
        new(FailureReason.FeatureNotLicensed,
            $"{license} has no feature {feature} that is counted by device. Leave its devices out, or add the feature to the license.",
            ("license", $"{license}"), ("feature", feature));

    public static EntitlementException FeatureNotFloating(LicenseName license, string feature) =>
        new(FailureReason.FeatureNotLicensed,
            $"{license} has no feature {feature} that floats. Lease another, or add the feature to the license.",
            ("license", $"{license}"), ("feature", feature));

    public static EntitlementException ActivationByPortalOnly(LicenseName license) =>
        new(FailureReason.ActivationByPortalOnly,
            $"Seats of {license} are given by its owner's people alone. Send them the request file.",
            ("license", $"{license}"));

    public static EntitlementException LicenseNotSuspended(LicenseName license) =>
        new(FailureReason.LicenseNotSuspended, $"{license} is not suspended, so there is nothing to reinstate.",
            ("license", $"{license}"));

    public static EntitlementException NotActivated(LicenseName license) =>
        new(FailureReason.NotActivated,
            $"This installation was never activated on {license}, so there is nothing to refresh. Make a request with op activate.",
            ("license", $"{license}"));

    public static EntitlementException ActivationEnded(ActivationName activation, DateTimeOffset at, ActivationEnd end)
    {
        var (word, told) = end switch
        {
            ActivationEnd.Returned => ("RETURNED", "was returned by its machine"),
            ActivationEnd.Released => ("RELEASED", "was released by an administrator"),
            ActivationEnd.Bought => ("BOUGHT", "gave way to a license that was bought for its machine"),
        };
        return new EntitlementException(
            FailureReason.ActivationEnded,
            $"{activation} {told} on {Text(at)}. To take a seat again, make a new request with op activate.",
            [("activation", $"{activation}"), ("end_time", Text(at)), ("end", word)]);
    }

    public static EntitlementException ReleaseLimitReached(LicenseName license, int limit) =>
        new(FailureReason.ReleaseLimitReached,
            $"{limit} activations of {license} were released within 365 days, as many as it allows. Return the seat from its machine, or wait.",
            ("license", $"{license}"), ("release_limit", Text(limit)));

    /// <param name="license">The license that was to be changed.</param>
    /// <param name="line">The line with its wanted limit.</param>
    public static EntitlementException LimitBelowUse(LicenseName license, SeatLine line) =>
        new(FailureReason.LimitBelowUse,
            $"{line.Held} seats of {line.Line} of {license} are held, more than {Most(line)}. "
            + "Give some back first, or choose a higher limit.",
            ("license", $"{license}"), ("line", line.Line), ("limit", Text(line.Limit)),
            ("overage", Text(line.Overage)), ("held", Text(line.Held)));

    public static EntitlementException ConcurrentChange() =>
        new(FailureReason.ConcurrentChange, "Others changed the same thing at the same time. Send the same request again.");

    public static EntitlementException StorageUnavailable() =>
        new(FailureReason.StorageUnavailable,
            "The database can't be reached or is too busy. Send the same request again; it takes effect once.");

    /// <param name="reference">Under which the log of the service has the whole story.</param>
    public static EntitlementException Internal(string reference) =>
        new(FailureReason.Internal, $"A fault of the service. Tell its operator the reference {reference}.",
            ("reference", reference));

    /// <param name="maxBytes">The most that a message may have.</param>
    public static EntitlementException MessageTooLarge(int maxBytes) =>
        new(FailureReason.MessageTooLarge,
            $"The request is larger than the {maxBytes} bytes that a message may have. A license request file has at most 2 MiB.",
            ("max_bytes", Text(maxBytes)));

    /// <param name="method">As the caller named it: <c>/package.Service/Method</c>.</param>
    public static EntitlementException MethodUnknown(string method) =>
        new(FailureReason.MethodUnknown,
            "This port does not serve this method. Check the names of service and method, and the port; reflection lists what there is.",
            ("method", method));

    public static EntitlementException TooManyWatchers(int limit) =>
        new(FailureReason.TooManyWatchers,
            $"{limit} callers watch already. Use Check, or raise Health:MaxWatchers.",
            ("limit", Text(limit)))
        {
            RetryAfter = TimeSpan.FromSeconds(10),
        };

    /// <param name="wait">How long until the address may fail once more.</param>
    public static EntitlementException TooManyFailures(TimeSpan wait) =>
        new(FailureReason.TooManyFailures,
            "Too many calls from this address failed. Wait, and check the code, the key or the password before you send it again; an "
            + "installation that is activated already goes on undisturbed.")
        {
            RetryAfter = wait,
        };

    public static EntitlementException TooBusy(TimeSpan wait) =>
        new(FailureReason.TooBusy, "The service has too much to verify at the moment. Send the same request again.")
        {
            RetryAfter = wait,
        };

    /// <param name="activation">The activation that got them.</param>
    /// <param name="limit">How many it may get within 24 hours.</param>
    /// <param name="wait">How long until the next.</param>
    public static EntitlementException TooManyFiles(ActivationName activation, int limit, TimeSpan wait) =>
        new(FailureReason.TooManyFiles,
            $"{activation} got {limit} license files within 24 hours, as many as it may. Use the newest, or wait.",
            ("activation", $"{activation}"), ("limit", Text(limit)))
        {
            RetryAfter = wait,
        };

    /// <summary>All that may be held of a line.</summary>
    private static string Most(SeatLine line) =>
        line.Overage > 0 ? $"{Text(line.Limit)} and {Text(line.Overage)} above it" : Text(line.Limit);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    internal static string Text(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
