using System.Reflection;

namespace Entitlement.Server.Hosting;

/// <summary>Reads the whole configuration once before anything is built from it.</summary>
internal static class ConfigurationCheck
{
    /// <exception cref="StartRefusedException">A key is unknown, or a value is not of its option's type.</exception>
    public static void Require(IConfiguration configuration)
    {
        KnownKeys.Require(configuration);
        var complaints = OptionSections.All
            .SelectMany(section => section.Value.Select(option => (Key: $"{section.Key}:{option.Name}", Option: option)))
            .Where(each => !CanRead(configuration.GetSection(each.Key), each.Option))
            .Select(each => $"{each.Key} must be {Form(each.Option.PropertyType)}.")
            .ToList();
        if (complaints.Count > 0)
        {
            throw new StartRefusedException(string.Join(Environment.NewLine, complaints));
        }
    }

    private static bool CanRead(IConfigurationSection value, PropertyInfo option)
    {
        try
        {
            value.Get(option.PropertyType);
            return !value.GetChildren().Any();
        }
        catch (InvalidOperationException)
        {
            // The binder's own text repeats the value, which may be a secret that stands in the wrong place.
            return false;
        }
    }

    private static string Form(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain switch
        {
            { IsEnum: true } => $"one of {string.Join(", ", Enum.GetNames(plain))}",
            _ when plain == typeof(bool) => "true or false",
            _ when plain == typeof(int) => "a whole number",
            _ when plain == typeof(TimeSpan) => "a time span, such as 00:00:30 or 30.00:00:00",
            _ => "a text",
        };
    }
}
