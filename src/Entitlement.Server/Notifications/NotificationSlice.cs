using Entitlement.Server.Hosting;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Notifications;

/// <summary>Messages to people: made, sent, and shown to whoever looks after them.</summary>
internal static class NotificationSlice
{
    public static IServiceCollection AddNotifications(this IServiceCollection services)
    {
        services.AddSingleton<MessageTemplates>();
        services.AddSingleton<MailRoom>();
        services.AddSingleton<MailTransport>(provider => Options(provider).Transport switch
        {
            MessageTransport.Folder => ActivatorUtilities.CreateInstance<FolderTransport>(provider),
            MessageTransport.Smtp => ActivatorUtilities.CreateInstance<SmtpTransport>(provider),
        });
        services.AddHostedService<MessageDispatcher>();
        services.AddHostedService<MessageSweep>();
        services.AddServed<MessageService>(() => V1.MessageService.Descriptor);
        return services;
    }

    private static MessageOptions Options(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<MessageOptions>>().Value;
}
