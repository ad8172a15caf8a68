using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Entitlement.Server.Access.Cache.Shared;

/// <summary>
/// The Redis that all servers of one database share, in front of it. Section <c>Redis</c>; checked when the server
/// starts, which needs no Redis to be there.
/// </summary>
internal sealed class RedisOptions : IValidatableObject
{
    public const string Section = "Redis";

    /// <summary>
    /// Where it is, in the words of StackExchange.Redis: <c>redis-1.example.com:6380,ssl=true</c>. Default: none, and
    /// each server goes by its own memory and the database. It may hold a password, so it is never logged.
    /// </summary>
    public string? Configuration { get; init; }

    /// <summary>
    /// The password, as it is; in <see cref="Configuration"/> a comma would end it. Never logged.
    /// </summary>
    public string? Password { get; init; }

    /// <summary>
    /// What every key and channel begins with: 1 to 64 letters, digits and <c>: . _ - { }</c>. Of its own for each
    /// installation: two with the same one would take turns in replacing each other's values.
    /// </summary>
    [RegularExpression("^[A-Za-z0-9:._{}-]{1,64}$")]
    public string KeyPrefix { get; init; } = "entitlement:";

    /// <summary>
    /// How long a value is waited for before the database is asked instead: 1 millisecond to 5 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:05", ParseLimitsInInvariantCulture = true)]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long connecting may take; nobody waits for it. 0.1 seconds to 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The pause after a connection was lost or given up, doubled while it happens again and again, up to 30 times:
    /// 0.01 seconds to 1 minute.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long Redis keeps what nobody replaces: 1 minute to 30 days. For tidiness only; what is out of date is
    /// recognised whatever its age.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan Expiry { get; init; } = TimeSpan.FromDays(1);

    /// <summary>What every name begins with, by the form of what stands under it.</summary>
    public string NamePrefix => $"{KeyPrefix}access:{Seal.Schema}:";

    /// <summary>Where servers tell each other that access has changed.</summary>
    public string HintChannel => $"{NamePrefix}hints";

    /// <summary>Whether there is one at all.</summary>
    public bool IsConfigured => !string.IsNullOrWhiteSpace(Configuration);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // The library's own complaint repeats what it could not read, which may be a part of the password.
        if (IsConfigured && TryRead() is null)
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(Configuration)} must look like host:6379,ssl=true: hosts with ports, "
                + "then options of StackExchange.Redis.");
        }

        if (!IsConfigured && !string.IsNullOrEmpty(Password))
        {
            yield return new ValidationResult($"{Section}:{nameof(Password)} needs a {Section}:{nameof(Configuration)}.");
        }
    }

    /// <summary>What the library connects with. Only after validation.</summary>
    public ConfigurationOptions Read()
    {
        var read = TryRead() ?? throw new InvalidOperationException($"{Section}:{nameof(Configuration)} was not checked.");
        if (!string.IsNullOrEmpty(Password))
        {
            read.Password = Password;
        }

        // A connection is made anew by RedisLink, which knows when one is not to be trusted any more.
        read.AbortOnConnectFail = true;
        read.ConnectRetry = 1;
        read.ConnectTimeout = (int)ConnectTimeout.TotalMilliseconds;
        read.AllowAdmin = false;

        // Channels and keys of the library's own, that no prefix would keep apart.
        read.ConfigurationChannel = "";
        read.TieBreaker = "";
        return read;
    }

    private ConfigurationOptions? TryRead()
    {
        try
        {
            var read = ConfigurationOptions.Parse(Configuration!);
            return read.EndPoints.Count > 0 ? read : null;
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException or OverflowException)
        {
            return null;
        }
    }
}

[OptionsValidator]
internal sealed partial class RedisOptionsValidator : IValidateOptions<RedisOptions>;
