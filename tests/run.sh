#!/usr/bin/env bash
# Builds everything and runs every test. Needs the .NET SDK; what else is missing (PostgreSQL, Chromium) is installed from the distribution's packages.
# Ends with one line: N passed, N failed, N skipped.
# Usage: tests/run.sh                      everything
#        tests/run.sh quick                what needs no process, browser, database server or load: the projects of tests/quick.slnf, without the
#                                          classes that have Postgres in their name or end in LoadTests
#        tests/run.sh project-name-part    for example: tests/run.sh Grains
set -euo pipefail
cd "$(dirname "$0")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
command -v dotnet >/dev/null || { echo "The .NET 10 SDK is needed: https://dotnet.microsoft.com/download" >&2; exit 1; }

part=${1:-} solution=TenantHub.sln filter=()
if [[ $part == quick ]]; then part='' solution=tests/quick.slnf filter=(-class- '*Postgres*' -class- '*LoadTests'); fi
wanted() { [[ $solution == TenantHub.sln || $(<$solution) == *"$1.csproj"* ]] && [[ $1 == *"$part"* ]]; }

install() { # what it is, then the package of the distribution
  echo "== install $1"
  local root=(); [[ $(id -u) -eq 0 ]] || root=(sudo)
  "${root[@]}" apt-get update -qq && "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$2" >/dev/null ||
    { echo "$1 is needed and could not be installed. Install it, or put its programs on the PATH." >&2; exit 1; }
}

# The tests start servers of their own with these programs; the server that the package may start by itself is not used.
[[ $solution != TenantHub.sln ]] || command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null ||
  install "PostgreSQL (initdb, pg_ctl, postgres)" postgresql

# Playwright's own download of a browser is not used; CHROMIUM may name another one. Without a window of its own (headless shell) it needs half of
# the CPU time; where the distribution has no such package, the one with a window will do.
headless() { [[ -x /usr/bin/chromium-headless-shell ]] || (install "Chromium without a window" chromium-headless-shell); }
! wanted TenantHub.Browser.Tests || [[ -n ${CHROMIUM:-} ]] || headless || [[ -x /usr/bin/chromium || -x /usr/bin/google-chrome ]] ||
  install Chromium chromium

# The lines of the README are pasted into a shell.
! wanted TenantHub.Server.Tests || for program in curl jq; do command -v $program >/dev/null || install $program $program; done

results=$(mktemp -d)
# One compiler process serves all projects of this run and ends with it: a new one for each project would spend half of its time on getting warm.
compiler=tenanthub-tests-$$
trap 'rm -rf "$results"; kill $(jobs -p) $(pgrep -f "pipename:$compiler") 2>/dev/null || true' EXIT

build() {
  dotnet build "$1" --no-restore --verbosity quiet --nologo -p:UseSharedCompilation=true -p:SharedCompilationId=$compiler
}

run() { # project, then the name of this share of it and what selects it
  local name=$1 share=${2:-$1}
  wanted "$name" || return 0
  {
    echo "== $share"
    # The processes live for seconds: to compile hot code once more, to collect profiles for that, and to keep code pages unwritable never pays for them.
    DOTNET_TC_CallCountingDelayMs=30000 DOTNET_TieredPGO=0 DOTNET_EnableWriteXorExecute=0 \
      dotnet exec "tests/$name/bin/Debug/net10.0/$name.dll" -result-xml "$results/$share.xml" -noLogo -noColor "${filter[@]}" "${@:3}" || true
    if [[ ! -s $results/$share.xml ]]; then
      echo "$share did not finish: no report was written" >&2
      touch "$results/$share.broken"
    fi
  } &>"$results/$share.log"
  cat "$results/$share.log"
}

echo "== restore and build (warnings are errors; analyzers and code style are part of the build)"
dotnet restore $solution --verbosity quiet
# How C# looks is the formatter's to say; what it would change is a failure.
if dotnet tool restore >/dev/null; then
  dotnet csharpier check . >"$results/format.log" 2>&1 || { cat "$results/format.log"; echo "Run: dotnet csharpier format ."; touch "$results/format.broken"; }
else
  echo "The formatter could not be restored, so nobody looked at the code's form." >&2
fi
# A build leaves one of two cores idle: the first tests run beside it.
if wanted TenantHub.Grains.Tests; then build tests/TenantHub.Grains.Tests; fi
run TenantHub.Grains.Tests &
build $solution

# Two rows side by side, one for each of two cores: much of the time of one is waiting. Nothing here is held to a time: the clock of
# TenantHub.Grains.Tests stands still until a test moves it, and whoever waits for a browser or a process waits for minutes.
{
  run TenantHub.Autodesk.Tests
  run TenantHub.Server.UnitTests
  run TenantHub.ApsEmulator.Tests
  run TenantHub.Client.Tests
  run TenantHub.Storage.Tests
  run TenantHub.Server.Tests TenantHub.Server.Tests \
    -namespace- TenantHub.Server.Cluster -namespace- TenantHub.Server.Transfers -namespace- TenantHub.Server.Cli
} &
{
  run TenantHub.Server.Tests TenantHub.Server.Tests.Cluster -namespace TenantHub.Server.Cluster # Three servers and their load, one test at a time.
  run TenantHub.Browser.Tests
  run TenantHub.Server.Tests TenantHub.Server.Tests.Files -namespace TenantHub.Server.Transfers -namespace TenantHub.Server.Cli
  if wanted TenantHub.LoadTests; then
    echo "== TenantHub.LoadTests (short form: a check on correctness)"
    dotnet exec tests/TenantHub.LoadTests/bin/Debug/net10.0/TenantHub.LoadTests.dll all --short --out "$results/load" ||
      touch "$results/TenantHub.LoadTests.broken"
  fi
} &
wait

sum() { cat "$results"/*.xml 2>/dev/null | grep -oE "<assembly [^>]*" | grep -oE " $1=\"[0-9]+\"" | grep -oE '[0-9]+' | awk '{ total += $1 } END { print total + 0 }'; }
broken=$(find "$results" -name '*.broken' | wc -l)
passed=$(sum passed) failed=$(($(sum failed) + $(sum errors) + broken)) skipped=$(sum skipped)
# How long each share took, and the tests that failed once more, where one looks for them.
for xml in "$results"/*.xml; do
  [[ ! -e $xml ]] || echo "$(basename "$xml" .xml): $(grep -oE '<assembly [^>]*' "$xml" | grep -oE ' time="[0-9.]+"' | grep -oE '[0-9.]+') s"
done
# With the reason: a report may be read long after the run.
cat "$results"/*.xml 2>/dev/null | awk '
  BEGIN { RS = "<test " }
  / result="Fail"/ {
    gsub(/\n/, " "); name = why = $0
    sub(/.* name="/, "", name); sub(/".*/, "", name)
    sub(/.*<message>/, "", why); sub(/<\/message>.*/, "", why)
    print "FAILED " name ": " substr(why, 1, 500)
  }' || true
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 && $passed -gt 0 ]]
