using System.ComponentModel.DataAnnotations;
using Entitlement.Domain.SignIn;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.SignIn;

/// <summary>
/// The issuer whose tokens prove who somebody is. Section <c>OpenIdConnect</c>; checked when the server starts.
/// </summary>
internal sealed class OpenIdConnectOptions : IValidatableObject
{
    public const string Section = "OpenIdConnect";

    /// <summary>
    /// What never needs a secret that both ends share: whoever knows the issuer's public key could else sign as the issuer.
    /// </summary>
    private static readonly string[] PossibleAlgorithms =
        ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    /// <summary>
    /// Address of the issuer, as its tokens spell it; its configuration stands below at
    /// <c>/.well-known/openid-configuration</c>. Default: none, and such tokens are refused.
    /// </summary>
    [MaxLength(ExternalIdentity.MaxIssuerLength)]
    public string? Issuer { get; init; }

    /// <summary>What tokens must name as their audience; required with an issuer.</summary>
    public string? Audience { get; init; }

    /// <summary>Algorithms of signatures that are accepted, with commas between.</summary>
    [Required]
    public string Algorithms { get; init; } = "RS256, PS256, ES256";

    /// <summary>How far the clocks of the two may be apart.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Domains of mail addresses, with commas between, or <c>*</c> for all, for which the issuer is believed about whose
    /// they are: somebody's first token with such an address, and <c>email_verified</c>, makes its subject the person who
    /// has the address here. Default: none; an administrator links subjects and persons.
    /// </summary>
    public string? LinkEmailDomains { get; init; }

    /// <summary>How old the issuer's keys may be before they are fetched anew.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How old they may be while the issuer is away; then its tokens are refused.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan MaxKeyAge { get; init; } = TimeSpan.FromDays(1);

    public bool IsConfigured => !string.IsNullOrEmpty(Issuer);

    /// <summary>Only after validation.</summary>
    public Uri IssuerAddress => new(Issuer!);

    /// <summary>Only after validation.</summary>
    public string[] AcceptedAlgorithms => Split(Algorithms);

    /// <summary>Whether the issuer is believed about whose this address is.</summary>
    /// <param name="email">In the one spelling that is compared.</param>
    public bool MayLink(string email) => Split(LinkEmailDomains).Any(domain =>
        domain == "*" || string.Equals(email[(email.LastIndexOf('@') + 1)..], domain, StringComparison.OrdinalIgnoreCase));

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (IsConfigured && !IsUsable(Issuer!))
        {
            yield return Wrong(nameof(Issuer), "must be an https:// address without query and fragment (http:// on loopback)");
        }

        if (IsConfigured == string.IsNullOrEmpty(Audience))
        {
            yield return Wrong(nameof(Issuer), $"and {Section}:{nameof(Audience)} belong together: set both or none");
        }

        if (AcceptedAlgorithms.Length == 0 || AcceptedAlgorithms.Except(PossibleAlgorithms, StringComparer.Ordinal).Any())
        {
            yield return Wrong(nameof(Algorithms), $"must be some of {string.Join(", ", PossibleAlgorithms)}");
        }

        if (MaxKeyAge < RefreshInterval)
        {
            yield return Wrong(nameof(MaxKeyAge), $"must not be shorter than {Section}:{nameof(RefreshInterval)}");
        }
    }

    private static bool IsUsable(string issuer) =>
        Uri.TryCreate(issuer, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        && address.Query.Length == 0
        && address.Fragment.Length == 0;

    private static string[] Split(string? list) =>
        (list ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static ValidationResult Wrong(string name, string rule) => new($"{Section}:{name} {rule}.");
}

[OptionsValidator]
internal sealed partial class OpenIdConnectOptionsValidator : IValidateOptions<OpenIdConnectOptions>;

/// <summary>What the two sections ask of one another.</summary>
internal sealed class SignInMethods(IOptions<OpenIdConnectOptions> openIdConnect) : IValidateOptions<SignInOptions>
{
    public ValidateOptionsResult Validate(string? name, SignInOptions options) =>
        options.Passwords || openIdConnect.Value.IsConfigured
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"{SignInOptions.Section}:{nameof(SignInOptions.Passwords)} can be false only with an "
                + $"{OpenIdConnectOptions.Section}:{nameof(OpenIdConnectOptions.Issuer)}: nobody could sign in.");
}
