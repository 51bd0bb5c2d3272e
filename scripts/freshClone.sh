#!/usr/bin/env bash
# The README's first commands as a stranger runs them: a new clone, an empty HOME, nothing installed but Node and npm.
set -euo pipefail
repo=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/home"
git clone -q "$repo" "$work/clone"
cd "$work/clone"

stranger() {
  env -i HOME="$work/home" PATH="$(dirname "$(command -v node)"):/usr/local/bin:/usr/bin:/bin" LANG=C.UTF-8 "$@" </dev/null
}

stranger npx -y pnpm@10 translate "I love you." "Where is the train station?" >"$work/first.txt"
tail -n 2 "$work/first.txt"
french=$(stranger npx -y pnpm@10 -s translate "Thank you very much.")
[ "$(printf '%s\n' "$french" | wc -l)" = 1 ] || { echo "expected one line on standard output, got: $french" >&2; exit 1; }
echo "$french"
stranger npx -y pnpm@10 -s classify --top 1 packages/vit/test/images/rgb.jpg
[ -z "$(git status --porcelain)" ] || { echo "the commands left files behind:" >&2; git status --short >&2; exit 1; }
