using Entitlement.Server.Abuse;
using Entitlement.Server.Access;
using Entitlement.Server.Access.Answers;
using Entitlement.Server.Accounts;
using Entitlement.Server.Activations;
using Entitlement.Server.Audit;
using Entitlement.Server.Errors;
using Entitlement.Server.Estate;
using Entitlement.Server.Groups;
using Entitlement.Server.Health;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Licenses;
using Entitlement.Server.Notifications;
using Entitlement.Server.Products;
using Entitlement.Server.Projects;
using Entitlement.Server.Reflection;
using Entitlement.Server.Reports;
using Entitlement.Server.Roles;
using Entitlement.Server.ServiceAccounts;
using Entitlement.Server.SignIn;
using Entitlement.Server.Signing;
using Entitlement.Server.Storage;
using Entitlement.Server.Trials;
using Entitlement.Server.Users;

namespace Entitlement.Server.Hosting;

/// <summary>Puts the server together. A slice is one line here.</summary>
internal static class Composition
{
    /// <param name="args">Switches of the command line: <c>--Section:Key=value</c>.</param>
    /// <param name="replace">What a test host puts in the place of the clock, or beside the services.</param>
    public static WebApplication Build(string[] args, Action<IServiceCollection>? replace = null)
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
        ConfigurationCheck.Require(builder.Configuration);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging")).AddConsole();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();

        AddFrame(builder.Services);
        AddSlices(builder.Services, builder.Configuration);
        replace?.Invoke(builder.Services);

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
        services.AddAccessAnswers();
        services.AddAbuse();
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = Listeners.MaxMessageSize;
            grpc.Interceptors.Add<ErrorInterceptor>();
            grpc.Interceptors.Add<AccessInterceptor>();
        });
    }

    private static void AddSlices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddStorage(configuration);
        services.AddSigning();
        services.AddAudit();
        services.AddIdempotency();
        services.AddProducts();
        services.AddAccounts();
        services.AddSignIn();
        services.AddServiceAccounts();
        services.AddUsers();
        services.AddGroups();
        services.AddRoles();
        services.AddLicenses();
        services.AddActivations();
        services.AddTrials();
        services.AddProjects();
        services.AddEstate();
        services.AddNotifications();
        services.AddReports();
        services.AddHealth();
        services.AddReflection();
    }

    private static void Map(WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseRouting();
        app.UseMiddleware<RuntimeRefusals>();
        app.UseMiddleware<ListenerIsolation>();
        app.UseMiddleware<CallLog>();
        app.Services.GetRequiredService<ServedServices>().Map(app);
        app.MapKeys();
    }
}
