#!/bin/sh
# Fuzzes one target for some seconds, with coverage, on a stable compiler: ./run.sh load 1800
# What makes a target fail is kept as `crash-…` in this folder: it belongs into the corpus when it is mended.
set -e
cd "$(dirname "$0")"
target=${1:?which target}
seconds=${2:-60}
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1"
host=$(rustc -vV | sed -n 's/^host: //p')
cargo build --release --target "$host" --bin "$target"
folder=${CARGO_TARGET_DIR:-target}/$host/release
fixtures=../datasurface-model/tests/fixtures
mkdir -p "corpus/$target"
exec "$folder/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=8192 \
    -dict=words.dict "corpus/$target" "$fixtures" "$fixtures/ok"
