using Entitlement.Server.Hosting;

namespace Entitlement.Server.Reports;

/// <summary>What an account has, as a whole: its license pack and its report.</summary>
internal static class ReportSlice
{
    public static IServiceCollection AddReports(this IServiceCollection services)
    {
        services.AddScoped<LicensePack>();
        services.AddScoped<CustomerReport>();
        services.AddServed<ReportService>(() => V1.ReportService.Descriptor);
        return services;
    }
}
