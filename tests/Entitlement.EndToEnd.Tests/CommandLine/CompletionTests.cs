using Entitlement.EndToEnd.Tests.Machinery;

namespace Entitlement.EndToEnd.Tests.CommandLine;

/// <summary>Shells complete entitle's words, asked the way each shell asks.</summary>
public sealed class CompletionTests
{
    private const string InBash = """
        source <(entitle completion bash)
        COMP_LINE="$1" COMP_POINT=${#1}
        read -r -a COMP_WORDS <<<"$1"
        [[ "$1" == *' ' ]] && COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _entitle
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    private const string InZsh = """
        compadd() { shift; print -l -- "$@" }
        source <(entitle completion zsh)
        LBUFFER="$1"
        words=(${=1})
        _entitle
        """;

    private const string InFish = """
        entitle completion fish | source
        complete --do-complete "$argv[1]"
        """;

    [Theory]
    [InlineData("bash", "entitle lic", "license")]
    [InlineData("bash", "entitle license sus", "suspend")]
    [InlineData("bash", "entitle license create --mo", "--mode")]
    [InlineData("bash", "entitle license create --mode portal", "portal-only")]
    [InlineData("zsh", "entitle license sus", "suspend")]
    [InlineData("fish", "entitle license sus", "suspend")]
    public async Task Completes_what_entitle_knows(string shell, string typed, string expected)
    {
        using var folder = new TemporaryFolder();
        var program = folder.Write("entitle", $"#!/bin/sh\nexec dotnet '{Repository.EntitleProgram}' \"$@\"\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["PATH"] = $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}",
            // A shell without anybody's settings.
            ["HOME"] = folder.Path,
        };
        string[] arguments = shell switch
        {
            "fish" => ["--no-config", "-c", InFish, typed],
            "zsh" => ["-f", "-c", InZsh, "zsh", typed],
            _ => ["--norc", "-c", InBash, "bash", typed],
        };

        var completed = (await Command.RunAsync(shell, arguments, environment)).Succeeded();

        Assert.Equal([expected], completed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
