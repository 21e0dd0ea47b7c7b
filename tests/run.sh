# Sourced by ./orchestrator: builds everything and runs every test project, one after the other.
# Usage: run_tests [--filter X]    X matches test projects, classes or methods by a part of their name.

run_tests() {
  local filter=""
  while [ $# -gt 0 ]; do
    case $1 in
      --filter) filter=${2:?--filter needs a word}; shift 2 ;;
      *) fail "test: unknown argument $1 (only --filter X)" ;;
    esac
  done

  cd "$root"
  say "Building everything ..."
  local log; log=$(mktemp)
  if ! dotnet build Orchestrator.sln -c Release -v quiet -nologo -nodeReuse:false -p:UseSharedCompilation=false >"$log" 2>&1; then
    grep -E 'error|warning' "$log" | sort -u | head -n 40 >&2
    rm -f "$log"
    printf '0 passed, 1 failed\n'
    return 1
  fi

  local passed=0 failed=0 skipped=0 project name out
  for project in tests/*.Tests; do
    name=$(basename "$project")
    # A project that has no tests yet has nothing to run.
    [ -n "$(find "$project" -name '*Tests.cs' -not -path '*/obj/*' -print -quit)" ] || continue
    local arguments=(--progress off --no-ansi)
    if [ -n "$filter" ] && [[ ${name,,} != *"${filter,,}"* ]]; then
      # A filter that names no class of this project leaves nothing to run: exit code 8 below.
      arguments+=(--filter-method "*${filter}*")
    fi
    local dll="$project/bin/Release/net10.0/$name.dll"
    out=$(mktemp)
    local started=$SECONDS code=0
    timeout --kill-after=10 600 dotnet "$dll" "${arguments[@]}" >"$out" 2>&1 </dev/null || code=$?
    local p f s
    p=$(count succeeded "$out"); f=$(count failed "$out"); s=$(count skipped "$out")
    if [ "$code" -eq 8 ] && [ -n "$filter" ]; then rm -f "$out"; continue; fi
    # A run that ended badly without naming a failed test (a crash, a time-out) counts as one.
    if [ "$code" -ne 0 ] && [ "$f" -eq 0 ]; then f=1; fi
    printf '%-34s %5d passed %3d failed %3d skipped %5ds\n' "$name" "$p" "$f" "$s" $((SECONDS - started))
    if [ "$f" -gt 0 ]; then cat "$out"; fi
    passed=$((passed + p)); failed=$((failed + f)); skipped=$((skipped + s))
    rm -f "$out"
  done
  rm -f "$log"
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# count WORD FILE: the figure that the runner's closing summary gives for WORD.
count() { local n; n=$(sed -nE "s/^ +$1: ([0-9]+).*/\1/p" "$2" | tail -n 1); echo "${n:-0}"; }
