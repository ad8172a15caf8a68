using Entitlement.Server.Access;
using Entitlement.Server.Errors;
using Entitlement.Server.Health;
using Entitlement.Server.Reflection;
using Entitlement.Server.Signing;
using Entitlement.Server.Storage;

namespace Entitlement.Server.Hosting;

/// <summary>Puts the server together. A slice is one line here.</summary>
internal static class Composition
{
    /// <param name="args">Switches of the command line: <c>--Section:Key=value</c>.</param>
    /// <param name="adjust">What a test host replaces.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        var environment = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT")
            ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT")
            ?? Environments.Production;

        // Empty, so that nothing takes part that is not named here: no other address, no watched file, no foreign option.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(Composition).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = environment,
        });
        builder.Configuration.AddEntitlementSources(environment, args);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging")).AddConsole();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();

        AddFrame(builder.Services);
        AddSlices(builder.Services);
        adjust?.Invoke(builder);

        var app = builder.Build();
        Map(app);
        return app;
    }

    private static void AddFrame(IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddEntitlementOptions();
        services.AddHosting();
        services.AddErrors();
        services.AddAccess();
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = Listeners.MaxMessageSize;
            grpc.Interceptors.Add<ErrorInterceptor>();
            grpc.Interceptors.Add<AccessInterceptor>();
        });
    }

    private static void AddSlices(IServiceCollection services)
    {
        services.AddStorage();
        services.AddSigning();
        services.AddHealth();
        services.AddReflection();
    }

    private static void Map(WebApplication app)
    {
        app.UseRouting();
        app.UseMiddleware<ListenerIsolation>();
        app.UseMiddleware<CallLog>();
        app.Services.GetRequiredService<ServedServices>().Map(app);
        app.MapJwks();
    }
}
