using System.CommandLine;
using Entitlement.CommandLine.Invocation;

namespace Entitlement.CommandLine.Completion;

/// <summary>
/// <c>entitle completion SHELL</c>: a script for the shell that asks entitle itself, by its <c>[suggest]</c> directive,
/// what may come next. So it never knows less than the command does.
/// </summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # Tab completion of entitle. Load it with: source <(entitle completion bash)
        _entitle() {
            local word="${COMP_WORDS[COMP_CWORD]}"
            local line="${COMP_LINE:0:COMP_POINT}"
            # What was typed before the command's own name, such as a path, is not entitle's business.
            line="entitle${line#"${COMP_WORDS[0]}"}"
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)" -- "$word"))
            # Nothing of entitle's: a file name.
            [ "${#COMPREPLY[@]}" -gt 0 ] || COMPREPLY=($(compgen -f -- "$word"))
        }
        complete -o filenames -F _entitle entitle
        """;

    private const string Zsh = """
        #compdef entitle
        # Tab completion of entitle. Load it with: source <(entitle completion zsh)
        _entitle() {
            local line="entitle${LBUFFER#"${words[1]}"}"
            local -a found
            found=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
            if [[ -n "${found[1]}" ]]; then
                compadd -- "${found[@]}"
            else
                _files
            fi
        }
        (( $+functions[compdef] )) && compdef _entitle entitle
        """;

    private const string Fish = """
        # Tab completion of entitle. Load it with: entitle completion fish | source
        function __entitle_complete
            set -l typed (commandline -cp)
            set -l program (commandline -po)[1]
            set -l line "entitle"(string sub --start (math (string length -- "$program") + 1) -- "$typed")
            $program "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete --command entitle --arguments '(__entitle_complete)'
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var completion = new Command("completion", "Print the script that makes a shell complete entitle's words") { shell };
        completion.SetAction(parse =>
        {
            parse.InvocationConfiguration.Output.WriteLine(parse.GetRequiredValue(shell) switch
            {
                "zsh" => Zsh,
                "fish" => Fish,
                _ => Bash,
            });
            return (int)ExitCode.Ok;
        });
        return completion;
    }
}
