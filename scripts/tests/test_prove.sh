#!/usr/bin/env bash
# The prover: on a sample of the cases all is proved, and so is what must stand before that (scripts/prove.sh).
# reads: scripts/tests/tap.sh scripts/prove.sh scripts/machines.sh generators/isa generators/lay build/prove build/execute-x64 build/execute-arm64
# shellcheck source=scripts/tests/tap.sh
source "$(dirname "$0")/tap.sh"

run "$root/scripts/prove.sh" "$build" 53 40
expect_status 'a sample of the cases is proved' 0
expect_text 'and no case is left over' ' proved, 0 not, ' "$folder/out"
expect_text 'a fault in each template is refuted' ' planted faults refuted' "$folder/out"
expect_text 'the meanings are those of the machines' 'by Unicorn: 0 differences' "$folder/out"

run "$root/scripts/prove.sh"
expect_status 'without a build it says how it is called' 2

done_testing
# SPDX-License-Identifier: MIT
