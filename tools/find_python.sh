# Sourced by ./hemostat and ./test: `find_python NAME` sets `python` to one that can make an environment (3.11 or
# later, with venv and ensurepip), or says in one paragraph on stderr, as NAME, what is missing, and returns 2.
# HEMOSTAT_PYTHON names the one to take instead.

find_python() {
    name=$1 too_old='' without_venv=''
    if [ -n "${HEMOSTAT_PYTHON:-}" ]; then
        set -- "$HEMOSTAT_PYTHON"
    else
        set -- python3 python3.11 python3.12 python3.13 python3.14
    fi
    for python in "$@"; do
        version=$("$python" -I -c '
import sys
print("%d.%d" % sys.version_info[:2])
if sys.version_info < (3, 11):
    sys.exit(11)
try:
    import ensurepip, venv
except ImportError:
    sys.exit(12)
' 2>/dev/null </dev/null)
        case $? in
            0) return 0 ;;
            11) too_old="${too_old:+$too_old, }$python is $version" ;;
            12) without_venv=${without_venv:-$version} ;;
        esac
    done
    if [ -n "$without_venv" ]; then
        why="Python $without_venv is here, but its venv module is not, and the environment can't be made without it"
        then="On Debian and Ubuntu: apt-get install python3-venv (or python$without_venv-venv)"
    else
        why="Python 3.11 or later is needed, and none was found"
        [ -z "$too_old" ] || why="Python 3.11 or later is needed: $too_old"
        [ -z "${HEMOSTAT_PYTHON:-}" ] || [ -n "$too_old" ] || why="$HEMOSTAT_PYTHON (HEMOSTAT_PYTHON) can't be run"
        then="Install one (on Debian 12 or later: apt-get install python3 python3-venv), or name it: HEMOSTAT_PYTHON=FILE"
    fi
    echo "$name: $why. $then. Then run the same command again." >&2
    return 2
}
