#!/usr/bin/env bash
# What a new user does in the first hour, with the README's own lines, in an empty folder with a fresh clone; says how long each step took. Fails when a step fails, or when more
# than FIRST_HOUR_LIMIT seconds (60) lie between the clone and the first action. NuGet's packages have to be cached: run it a second time after a first that fetched them.
# The addresses are this run's own, so that it disturbs no server that runs on the machine; nothing else of the README's lines is changed.
# Usage: tests/first-hour.sh      needs git, curl and the .NET SDK
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
limit=${FIRST_HOUR_LIMIT:-60}
folder=$(mktemp -d)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 LC_ALL=C
server='' listener=''

finish() {
  local code=$?
  for group in $listener $server; do kill -TERM -- "-$group" 2>/dev/null || true; done
  wait 2>/dev/null || true
  if [[ $code -ne 0 ]]; then
    echo "FAILED in: ${step:-the beginning}" >&2
    tail -n 20 "$folder/server.log" "$folder/listen.log" "$folder/step.log" 2>/dev/null >&2 || true
  fi
  rm -rf "$folder"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM

free_port() { # One that nobody listens on; what asks for it takes it soon.
  local port
  while port=$((20000 + RANDOM % 20000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}
address=http://localhost:$(free_port)
emulator=http://127.0.0.1:$(free_port)

begin() { step=$1 since=$EPOCHREALTIME; }
done_() { printf '%6.1f s  %s\n' "$(awk "BEGIN { print $EPOCHREALTIME - $since }")" "$step"; }
until_true() { # what is waited for, seconds, then what says that it is there
  local end=$((SECONDS + $2))
  until "${@:3}" >/dev/null 2>&1; do
    [[ -z $server ]] || kill -0 "$server" 2>/dev/null || { echo "The server has ended while this was waited for: $1." >&2; return 1; }
    [[ $SECONDS -lt $end ]] || { echo "Waited $2 s for this: $1." >&2; return 1; }
    sleep 0.2
  done
}

# The shell block number $2 of the README's part $1, with this run's addresses.
lines() {
  awk -v part="## $1" -v wanted="$2" '
    /^## / { inside = $0 == part }
    inside && /^```sh$/ { number++; printing = number == wanted; next }
    /^```/ { printing = 0 }
    printing' README.md | sed "s#http://localhost:5400#$address#g" | grep . || { echo "README.md has no block $2 of lines below \"$1\"." >&2; return 1; }
}
paste() { # Each block is run in this shell, as if it were pasted; the answers stay in step.log.
  local text
  text=$(lines "$@")
  : >step.log
  eval "$text" >>step.log 2>&1
}
curl() { command curl --fail-with-body --max-time 60 "$@"; }
says() { grep -q -- "$1" step.log || { echo "The answer has no \"$1\": $(<step.log)" >&2; return 1; }; }

cd "$folder"
clone_at=$EPOCHREALTIME
begin "clone"
git clone -q "$source" project
cd project
ln -s "$folder/step.log" step.log
done_

begin "build and start: $(lines 'Run it' 1)"
run=$(lines 'Run it' 1)
# Its own group, so that it can be ended with all that it starts; events may go to this machine, as docs/cli.md says.
ASPNETCORE_URLS=$address TenantHub__Emulator__Urls=$emulator TenantHub__Orleans__SiloPort=$(free_port) TenantHub__Orleans__GatewayPort=$(free_port) \
  TenantHub__Events__AllowLoopback=true setsid bash -c "exec $run" >"$folder/server.log" 2>&1 &
server=$!
until_true "the server's greeting" 900 grep -q 'Paste this' "$folder/server.log"
done_

begin "console: the address leads there, and the printed link signs in"
[[ $(curl -sL -o /dev/null -w '%{url_effective}' -H 'accept: text/html' "$address/") == "$address/ui"* ]]
link=$(grep -o "$address/ui/sign-in/demo[^ ]*" "$folder/server.log")
curl -sL -c cookies -b cookies -o console.html -w '%{url_effective}\n' "$link" >step.log
[[ $(<step.log) == "$address/ui" ]]
done_

begin "first action"
paste 'Your first linked account' 1
says '"id":"acc_'
paste 'Your first action' 1
says '"data"'
first_action=$(awk "BEGIN { printf \"%.1f\", $EPOCHREALTIME - $clone_at }")
done_

begin "events: build the command line, and listen with it"
TENANTHUB_ADDRESS=$address TENANTHUB_KEY=$KEY setsid dotnet run --project src/TenantHub.Cli -p:RunAnalyzers=false -- listen --port "$(free_port)" --output jsonl >events.jsonl 2>"$folder/listen.log" &
listener=$!
until_true "somebody listens for events" 600 grep -q 'Listening as' "$folder/listen.log"
done_

begin "own customer linked by the Link page"
paste "Link a customer's account" 1
says '"auth_link_url"'
page=$(grep -o '"auth_link_url":"[^"]*"' step.log | cut -d '"' -f 4)
account_id=$(sed -n "s/.*give the Account ID \`\([^\`]*\)\`.*/\1/p" README.md)
curl -s "$page" | grep -q 'name="account_id"'
curl -sL -o link.html -w '%{url_effective}\n' --data-urlencode "account_id=$account_id" -d region=US "$page" >step.log
says '?linked'
curl -s -u "$KEY:" "$address/accounts?origin_owner_id=customer-2" >step.log
says '"hub_status":"active"'
done_

begin "file uploaded"
paste 'Your first action' 2
says '"data"'
curl -s -u "$KEY:" -H "x-account-id: $ACCOUNT" "$address/files/uploads" >step.log
says '"status":"done"'
done_

begin "event received"
until_true "the event of the linked customer" 60 grep -q '"type":"account\.' events.jsonl
done_

echo "From the clone to the first action: $first_action s, $limit are allowed."
awk "BEGIN { exit !($first_action <= $limit) }" || { step="the time to the first action"; exit 1; }
