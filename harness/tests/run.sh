#!/bin/sh
# Runs the tests of the harness in each build folder given, names each ('  ok PROGRAM: TEST'), and
# prints the sum of their counts.
# Exit code: 0 all passed, 1 a test failed, 2 a test program did not say how it ended.
set -u
[ $# -ge 1 ] || { echo "run.sh: expected build folders, as in build/plain" >&2; exit 2; }
passed=0 failed=0 broken=0
log=$(mktemp) || exit 2
trap 'rm -f "$log"' EXIT

# names PROGRAM: what cmocka said of each test; of a failed one where, as PATH:LINE, and the rest.
names() {
    awk -v program="$1" '
        /^\[ RUN      \] / { said = place = ""; next }
        /^\[       OK \] / { print "  ok     " program ": " $4; next }
        /^\[  FAILED  \] [A-Za-z_0-9]+$/ && !summary {
            print "  FAILED " program ": " $4
            printf "%s%s", place, said
            next
        }
        /^\[   LINE   \] --- / { sub(/^.* --- /, ""); if (place == "") { place = $0 "\n"; next } }
        /^\[==========\] .* run\.$/ { summary = 1 }
        { said = said $0 "\n" }' "$log"
}

for build in "$@"; do
    PLUMBLINE=$(realpath "$build")/plumbline
    PLUMBLINE_LIAR=$(realpath "$build")/tests/liar.so
    PLUMBLINE_SOURCES=$(realpath src)
    export PLUMBLINE PLUMBLINE_LIAR PLUMBLINE_SOURCES
    for program in "$build"/tests/*; do
        case $program in
        *.so | *.d) continue ;;
        esac
        "$program" >"$log" 2>&1
        code=$?
        names "$(basename "$build")/$(basename "$program")"
        p=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log" | awk '{n += $1} END {print n + 0}')
        f=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test.*/\1/p' "$log" | awk '{n += $1} END {print n + 0}')
        passed=$((passed + p)) failed=$((failed + f))
        [ "$code" -eq 0 ] && [ "$f" -eq 0 ] && [ "$p" -gt 0 ] && continue
        cat "$log"
        if [ "$f" -eq 0 ]; then
            echo "$program: exit code $code after $p tests, without a count of failures" >&2
            broken=1
        fi
    done
done
failed=$((failed + broken))
echo "harness: $passed passed, $failed failed"
[ "$broken" -eq 0 ] || exit 2
[ "$failed" -eq 0 ]
