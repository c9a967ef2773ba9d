# Completion of auditctl for bash, as `auditctl completion bash` prints it.
# Put it into ~/.local/share/bash-completion/completions/auditctl, or load it from ~/.bashrc.

_auditctl() {
    local answer directive line
    COMPREPLY=()
    # the program cuts the line itself: bash cuts words at colons, of which a query has many
    answer=$(COLUMNS=$COLUMNS auditctl __complete bash "$COMP_LINE" "$COMP_POINT" "$2" "$COMP_TYPE" \
        2>/dev/null </dev/null) || return 0
    {
        IFS= read -r directive
        while IFS= read -r line; do
            COMPREPLY+=("$line") # quoted already, so that a name with $(...) stays a name
        done
    } <<<"$answer"
    case $directive in
        files) compopt -o default ;;
        folders) compopt -o dirnames ;;
        nospace) compopt -o nospace ;;
    esac 2>/dev/null # bash 3 has no compopt
    return 0
}

# the frequent ones first, where bash is new enough (4.4) to leave the order as it is
complete -o nosort -F _auditctl auditctl 2>/dev/null || complete -F _auditctl auditctl
