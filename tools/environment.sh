# Sourced by ./test and bench/run, after find_python.sh has set `python`. `environment NAME LOCK [OPTION…]` makes (once)
# the environment of LOCK in .hemostat/ at the root of the checkout, `here`, and sets `env` to its folder. The options are
# those of tools/make_environment.py; returns its status.

environment() {
    local name=$1 lock=$2 sum key
    shift 2
    sum=$(cksum <"$lock") || return 2
    key=$name-${sum%% *}-$(uname -sm | tr ' ' -)
    key+=${HEMOSTAT_PYTHON:+-$(printf %s "$HEMOSTAT_PYTHON" | cksum | cut -d' ' -f1)}
    "$python" -I "$here/tools/make_environment.py" --name "$name" --lock "$lock" --key "$key" \
        --beside "$here/.hemostat" "$@" || return $?
    for env in "$here/.hemostat/env-$key-"*; do
        [ ! -x "$env/bin/python" ] || return 0
    done
    return 2
}
