package dev.fundir.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fundir completion}: the script by which a shell completes what is typed. */
@Command(
        name = "completion",
        description = "Prints the script that completes commands, options and their values.",
        sortOptions = false,
        footer = {
            "",
            "@|bold Examples|@",
            "  source <(fundir completion bash)       in this shell",
            "  fundir completion bash > ~/.local/share/bash-completion/completions/fundir",
            "  source <(fundir completion zsh)        in ~/.zshrc, after compinit"
        })
final class CompletionCommand implements Callable<Integer> {
    /** What there is a script for. */
    enum Shell {
        /** Bash 3 and newer. */
        BASH,
        /** Zsh, by its own completion. */
        ZSH;

        @Override
        public String toString() {
            return this == BASH ? "bash" : "zsh";
        }
    }

    @ParentCommand
    private FundirCommand parent;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
    private Shell shell;

    @Override
    public Integer call() {
        CompletionScript script = new CompletionScript(spec.root());
        parent.terminal().out().print(shell == Shell.BASH ? script.bash() : script.zsh());
        return 0;
    }
}
