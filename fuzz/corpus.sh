#!/bin/sh
# Makes the tree's corpus: programs of the swarm and of earlier campaigns that pass, reduced by
# afl-cmin to the few that reach every edge. usage: corpus.sh BUILD CORPUS
set -eu
build=$1 corpus=$2
work=$build/work-corpus
rm -rf "$work"
mkdir -p "$work/pool"
"$build/swarm" --seed 1 --count 400 --max-operations 300 --write "$work/pool" >/dev/null
for file in "$corpus"/* "$build"/corpus/*; do
    [ -f "$file" ] && cp "$file" "$work/pool/$(basename "$file")"
done
AFL_QUIET=1 AFL_ALLOW_TMP=1 afl-cmin -e -m none -t 2000 -i "$work/pool" -o "$work/small" \
    -- "$build/afl-target" - >"$work/log" 2>&1 || {
    echo "fuzz-corpus: afl-cmin failed (does an input crash?); see $work/log" >&2
    exit 2
}
rm -rf "$corpus.new"
mkdir "$corpus.new"
for file in "$work"/small/*; do
    cp "$file" "$corpus.new/$(sha1sum "$file" | cut -c1-12)"
done
rm -rf "$corpus"
mv "$corpus.new" "$corpus"
set -- "$corpus"/*
echo "fuzz-corpus: $# files in $corpus"
