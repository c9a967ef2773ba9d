# Completion of auditctl for fish, as `auditctl completion fish` prints it.
# Put it into ~/.config/fish/completions/auditctl.fish.

function __auditctl_complete
    set -l before (commandline -opc)
    set -l token (commandline -ct)
    set -l answer (auditctl __complete fish (count $before) "$token" (commandline -op) \
        2>/dev/null </dev/null)
    switch "$answer[1]"
        case files
            __fish_complete_path "$token"
        case folders
            __fish_complete_directories "$token"
        case '*'
            # fish quotes what it inserts
            string join \n -- $answer[2..-1]
    end
end

# -k: the frequent ones first
complete -c auditctl -f -k -a '(__auditctl_complete)'
