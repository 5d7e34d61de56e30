# Finds a Python that is new enough and hands over to it. Sourced by bin/demo, bin/test and .ci/run.
# shellcheck shell=sh

new_enough() {
    command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
        if [ -n "$candidate" ] && new_enough "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    echo "Jishi needs Python 3.11 or newer, and there is none on the PATH." >&2
    echo "Install one (Debian: apt-get install python3 python3-venv), or name it: PYTHON=/path/to/python3 $0" >&2
    return 1
}
