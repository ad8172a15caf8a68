using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Entitlement.Testing;

/// <summary>A mail server (RFC 5321) on loopback that keeps what it takes.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<ReceivedMail> _mails = new();
    private readonly ConcurrentQueue<string> _commands = new();
    private readonly Task _accepting;

    public MailServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>With a key; null where the server does not offer STARTTLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Answers <c>RCPT TO</c>, by the recipient's address.</summary>
    public Func<string, string> Recipient { get; set; } = _ => "250 2.1.5 Ok";

    /// <summary>Called before a mail is acknowledged.</summary>
    public Func<Task> BeforeAnswer { get; set; } = () => Task.CompletedTask;

    /// <summary>What was taken, oldest first.</summary>
    public IReadOnlyList<ReceivedMail> Mails => [.. _mails];

    /// <summary>All that clients said beside mails.</summary>
    public IReadOnlyList<string> Commands => [.. _commands];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var sessions = new List<Task>();
        try
        {
            while (true)
            {
                sessions.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(sessions);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                using var session = new Session(this, client.GetStream());
                await session.RunAsync(_stop.Token);
            }
            catch (Exception failure) when (failure is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
            {
                // The client is gone, or does not trust the certificate.
            }
        }
    }

    private sealed class Session : IDisposable
    {
        private readonly MailServer _server;
        private Stream _stream;
        private StreamReader _reader;
        private List<string> _recipients = [];

        public Session(MailServer server, Stream connection)
        {
            _server = server;
            _stream = connection;
            _reader = new StreamReader(connection, Encoding.Latin1);
        }

        public void Dispose() => _reader.Dispose();

        public async Task RunAsync(CancellationToken cancellationToken)
        {
            await SayAsync("220 mail.example.com ESMTP", cancellationToken);
            while (await _reader.ReadLineAsync(cancellationToken) is { } line)
            {
                _server._commands.Enqueue(line);
                var verb = line.Split(' ', ':')[0].ToUpperInvariant();
                if (verb == "QUIT")
                {
                    await SayAsync("221 Bye", cancellationToken);
                    return;
                }

                await AnswerAsync(verb, line, cancellationToken);
            }
        }

        private async Task AnswerAsync(string verb, string line, CancellationToken cancellationToken)
        {
            switch (verb)
            {
                case "EHLO":
                    var isPlain = _stream is NetworkStream;
                    await SayAsync(
                        isPlain && _server.Certificate is not null
                            ? "250-mail.example.com\r\n250-STARTTLS\r\n250 AUTH LOGIN"
                            : "250-mail.example.com\r\n250 AUTH LOGIN",
                        cancellationToken);
                    break;
                case "STARTTLS":
                    await SayAsync("220 Go ahead", cancellationToken);
                    var tls = new SslStream(_stream);
                    await tls.AuthenticateAsServerAsync(
                        new SslServerAuthenticationOptions { ServerCertificate = _server.Certificate }, cancellationToken);
                    (_stream, _reader) = (tls, new StreamReader(tls, Encoding.Latin1));
                    break;
                case "AUTH":
                    await SayAsync("334 UGFzc3dvcmQ6", cancellationToken);
                    _server._commands.Enqueue(await _reader.ReadLineAsync(cancellationToken) ?? "");
                    await SayAsync("235 2.7.0 Welcome", cancellationToken);
                    break;
                case "MAIL":
                    _recipients = [];
                    await SayAsync("250 2.1.0 Ok", cancellationToken);
                    break;
                case "RCPT":
                    var address = line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];
                    _recipients.Add(address);
                    await SayAsync(_server.Recipient(address), cancellationToken);
                    break;
                case "DATA":
                    await TakeAsync(cancellationToken);
                    break;
                default:
                    await SayAsync("502 5.5.2 Unknown", cancellationToken);
                    break;
            }
        }

        private async Task TakeAsync(CancellationToken cancellationToken)
        {
            await SayAsync("354 End with a dot", cancellationToken);
            var content = new StringBuilder();
            while (await _reader.ReadLineAsync(cancellationToken) is { } line and not ".")
            {
                content.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
            }

            _server._mails.Enqueue(ReceivedMail.Parse(content.ToString(), _recipients));
            await _server.BeforeAnswer();
            await SayAsync("250 2.0.0 Queued", cancellationToken);
        }

        private async Task SayAsync(string text, CancellationToken cancellationToken) =>
            await _stream.WriteAsync(Encoding.Latin1.GetBytes($"{text}\r\n"), cancellationToken);
    }
}
