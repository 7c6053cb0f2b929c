#!/usr/bin/env bash
#
# The whole report, on several versions of Node.js: everything on the first, what gates are about on the others.
#
#   npm run bench:versions                  Node.js 20, 22, 24 and 26
#   npm run bench:versions -- 22 24         these; the first is the one whose figures fill the report
#
# Leaves build/bench/<version>.json, and docs/benchmarks.md and its plots made from them.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

versions=("$@")
if ((${#versions[@]} == 0)); then versions=(20 22 24 26); fi
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

npm run --silent build
mkdir -p build/bench
reports=()
filter=()
for version in "${versions[@]}"; do
  echo "=== Node.js $version"
  bin=$(.ci/node "$version" "$directory/node-$version")
  report=build/bench/$version.json
  PATH="$bin:$PATH" node --import tsx bench/main.ts ${filter[@]+"${filter[@]}"} --json "$report"
  reports+=("$report")
  filter=(--filter '^(batch|decode|encode|compat|memory)/')
done
bin=$(.ci/node "${versions[0]}" "$directory/node-${versions[0]}")
export PATH="$bin:$PATH"
node --import tsx bench/aedes/main.ts --profile || echo 'a gate about aedes is missed'
node --import tsx bench/ingest/main.ts || echo 'a gate about the ingest server is missed'
npm run --silent bench:report -- --aedes build/bench/aedes.json --ingest build/bench/ingest.json \
  "${reports[@]}"
