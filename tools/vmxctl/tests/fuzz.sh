# SPDX-License-Identifier: GPL-2.0
# fuzz.sh: the parsers under libFuzzer, for FUZZ_SECONDS= each; scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

# The corpus stays: a longer run goes on from it.
fuzzed() {
	mkdir -p "$out/fuzz/corpus-$1"
	"$out/fuzz/$1" -verbosity=0 -max_total_time="${FUZZ_SECONDS:-5}" -max_len=4096 -timeout=10 \
		-exact_artifact_path="$out/fuzz/crash-$1" "$out/fuzz/corpus-$1" "$source/fuzz/corpus/$1"
}

for fuzzer in "$source"/fuzz/corpus/*; do
	try "fuzz ${fuzzer##*/}" fuzzed "${fuzzer##*/}"
done
