# shellcheck shell=bash
# What up, down and test share: messages, packages, the build, a private PostgreSQL, background processes.
# Sourced after `set -euo pipefail`. Whoever sources it sets LOGS before anything that writes a log.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
RUN=$ROOT/.run
LOGS=$RUN/logs

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
export DOTNET_CLI_UI_LANGUAGE=en TESTINGPLATFORM_UI_LANGUAGE=en TESTINGPLATFORM_TELEMETRY_OPTOUT=1
export DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1

say() { printf '%s\n' "$*"; }

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

random_password() { head -c 18 /dev/urandom | base64 | tr '+/' 'xy'; }

# random_letters N: letters and digits
random_letters() { head -c $(($1 * 3)) /dev/urandom | base64 -w0 | tr -dc A-Za-z0-9 | head -c "$1"; }

# One front door at a time per checkout. Children must not inherit the lock: see 9>&- below.
lock_front_door() {
  exec 9<"$ROOT/ops"
  flock -n 9 && return 0
  say "Waiting for another ops/up or ops/down to end"
  flock 9
}

declare -A TITLE=([worker]='the worker' [callbacks]='the callback host' [simulator]='the simulator of WeCom' [postgres]=PostgreSQL)

# --- packages -------------------------------------------------------------------------------------------------------

as_admin() { if ((EUID == 0)); then "$@"; else sudo -n "$@"; fi; }

apt() {
  as_admin env DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 apt-get -y -o DPkg::Lock::Timeout=300 "$@" \
    </dev/null >>"$LOGS/packages.log" 2>&1 9>&-
}

# require_packages WHAT PACKAGE...: installs them, or says what to type and ends.
require_packages() {
  local what=$1
  shift
  command -v apt-get >/dev/null ||
    fail "$what is missing. Install it (in Debian: $*), then run this again."
  as_admin true 2>/dev/null ||
    fail "$what is missing. Install it with: sudo apt-get install $*   then run this again."
  say "Installing $what (Debian packages: $*)"
  apt install --no-install-recommends "$@" && return 0
  apt update || true # a new machine has no package lists, an old one has stale ones
  apt install --no-install-recommends "$@" && return 0
  tail -n 5 "$LOGS/packages.log" >&2
  fail "$what could not be installed. Install it with: apt-get install $*   then run this again."
}

require_dotnet() {
  command -v dotnet >/dev/null || PATH=$PATH:${DOTNET_ROOT:-$HOME/.dotnet}
  (cd "$ROOT" && dotnet --version) >/dev/null 2>&1 && return 0
  fail "The .NET 10 SDK is missing. Get it from https://dotnet.microsoft.com/download/dotnet/10.0 (package dotnet-sdk-10.0," \
    "or dotnet-install.sh --channel 10.0 without root), make sure that 'dotnet --version' says 10.0.100 or later, then run this again."
}

# require_browser: what drives the tests of the console.
require_browser() {
  command -v chromium >/dev/null || command -v google-chrome >/dev/null || require_packages "The browser Chromium" chromium
}

# require_strace: what shows a test that a file was forced to disk.
require_strace() { command -v strace >/dev/null || require_packages "strace" strace; }

# --- build ----------------------------------------------------------------------------------------------------------

# dotnet_build VERB ARGUMENT...: quiet; the compiler server makes it three times as fast and does not outlive it.
dotnet_build() {
  local result=0
  : >"$LOGS/build.log"
  (
    exec 8<"$ROOT/src"
    flock 8 # two builds of one checkout break each other
    cd "$ROOT"
    WECOMSYNC_JOB=$JOB dotnet "$@" -c Release --nologo -v quiet -nodeReuse:false -p:UseSharedCompilation=true \
      "-p:SharedCompilationId=$JOB" </dev/null >>"$LOGS/build.log" 2>&1 8>&- 9>&-
  ) || result=$?
  stop_job
  ((result == 0)) && return 0
  { grep -E '(error|warning) [A-Z]+[0-9]+:' "$LOGS/build.log" || tail -n 20 "$LOGS/build.log"; } | sort -u | head -n 30 >&2
  fail "The build failed."
}

# --- processes ------------------------------------------------------------------------------------------------------

# In front of a command in the background: no terminal of its own, and Ctrl-C works in it, which bash turns off there.
DETACHED=(env "--default-signal=INT,QUIT" setsid)

# A process is known by its id and its start time: ids are used again.
started_at() {
  local stat=''
  { read -r -d '' stat <"/proc/$1/stat" || [[ $stat ]]; } 2>/dev/null || return 1
  # shellcheck disable=SC2086 # the fields after the name, which may hold anything
  set -- ${stat##*) }
  [[ $1 != [ZX] ]] && printf '%s' "${20:-}"
}

remember() { printf '%s %s\n' "$2" "$(started_at "$2")" >"$RUN/$1.pid"; }

# running NAME: is what we started under this name still there? Sets PID.
running() {
  local time
  { read -r PID time <"$RUN/$1.pid"; } 2>/dev/null && [[ $time && $(started_at "$PID") == "$time" ]]
}

# wait_until_gone PID SECONDS
wait_until_gone() {
  local time tries
  time=$(started_at "$1") || return 0
  for ((tries = $2 * 10; tries > 0; tries--)); do
    [[ $(started_at "$1") == "$time" ]] || return 0
    sleep 0.1
  done
  return 1
}

# stop_process NAME SECONDS: asks first, then insists. It must be running.
stop_process() {
  kill -TERM "$PID"
  wait_until_gone "$PID" "$2" || {
    say "${TITLE[$1]^} has not ended within $2 s and is killed"
    kill -KILL "$PID"
    wait_until_gone "$PID" 10 || fail "${TITLE[$1]^} (process $PID) cannot be ended."
  }
  rm -f "$RUN/$1.pid"
}

# Our job is every process that has this in its environment, whoever its parent is now.
JOB=wecomsync-$$-$RANDOM

job_processes() {
  { grep -lsz "^WECOMSYNC_JOB=$JOB\$" /proc/[0-9]*/environ || true; } | tr -dc '0-9\n'
}

# Asks first: a .NET process that is killed leaves its sockets behind.
stop_job() {
  local pid pids signal
  for signal in TERM KILL; do
    pids=$(job_processes)
    for pid in $pids; do kill "-$signal" "$pid" 2>/dev/null || true; done
    for pid in $pids; do wait_until_gone "$pid" 3 || true; done
  done
  rm -f "${TMPDIR:-/tmp}/$JOB" # the compiler server's socket
}

# --- PostgreSQL -----------------------------------------------------------------------------------------------------

# choose_postgres_owner [DATA]: PostgreSQL refuses to run as root, so root lends it to an account without rights.
choose_postgres_owner() {
  POSTGRES_OWNER='' AS_POSTGRES=()
  ((EUID == 0)) || return 0
  POSTGRES_OWNER=nobody
  ! id postgres >/dev/null 2>&1 || POSTGRES_OWNER=postgres
  [[ ! -d ${1:-} ]] || POSTGRES_OWNER=$(stat -c %U "$1")
  AS_POSTGRES=(setpriv "--reuid=$POSTGRES_OWNER" "--regid=$(id -g "$POSTGRES_OWNER")" --clear-groups)
}
choose_postgres_owner ''

# find_postgres [MAJOR]: sets POSTGRES_BIN to the programs of that version, or of any that we support.
find_postgres() {
  local dir major
  while read -r dir; do
    [[ -x $dir/initdb && -x $dir/postgres ]] || continue
    major=$("$dir/postgres" --version | sed -E 's/[^0-9]*([0-9]+).*/\1/')
    if [[ ${1:-} ]]; then ((major == $1)) || continue; else ((major >= 15)) || continue; fi
    POSTGRES_BIN=$dir
    return 0
  done < <(
    if command -v initdb >/dev/null; then dirname "$(readlink -f "$(command -v initdb)")"; fi
    find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -Vr
  )
  return 1
}

# require_postgres [MAJOR]
require_postgres() {
  find_postgres "$@" && return 0
  [[ -z ${1:-} ]] ||
    fail "The database was made by PostgreSQL $1, which is missing now. Install it (Debian: postgresql-$1)," \
      "or remove the database and everything else below .run with: ops/down --wipe"
  local answers=/etc/postgresql-common/createcluster.conf
  if as_admin true 2>/dev/null && command -v apt-get >/dev/null; then
    # Debian makes and starts a cluster of its own with the package unless it is told not to; nobody asked for that one.
    [[ -e $answers ]] || require_packages "PostgreSQL's tools" postgresql-common
    as_admin cp -p "$answers" "$answers.wecomsync"
    as_admin sed -i -E 's/^#? *create_main_cluster.*/create_main_cluster = false/' "$answers"
    (require_packages PostgreSQL postgresql) || { as_admin mv "$answers.wecomsync" "$answers"; exit 1; }
    as_admin mv "$answers.wecomsync" "$answers"
  else
    require_packages "PostgreSQL 15 or later" postgresql
  fi
  find_postgres || fail "PostgreSQL 15 or later is missing: Debian's package here is older. Put a newer one's programs on the PATH."
  choose_postgres_owner '' # the package brought an account
}

# make_postgres_dir DIR: makes it the server's own; fails where that account cannot go.
make_postgres_dir() {
  mkdir -p "$1" && chmod 700 "$1"
  [[ -z $POSTGRES_OWNER ]] || chown "$POSTGRES_OWNER:" "$1"
  (cd / && "${AS_POSTGRES[@]}" test -w "$1")
}

# make_cluster DATA SQL [INITDB-OPTION...]: a cluster that asks for passwords. The SQL, a statement on each line, is run
# inside it before anybody can connect, so no password is ever an argument or a file.
make_cluster() {
  local data=$1 sql=$2
  shift 2
  (
    cd /
    rm -rf "$data.new" # left by a run that was stopped here
    "${AS_POSTGRES[@]}" "$POSTGRES_BIN/initdb" -D "$data.new" -U postgres -A trust -E UTF8 --locale=C.UTF-8 "$@"
    echo 'host all all 127.0.0.1/32 scram-sha-256' >"$data.new/pg_hba.conf"
    "${AS_POSTGRES[@]}" "$POSTGRES_BIN/postgres" --single -D "$data.new" postgres <<<"$sql"
    mv "$data.new" "$data"
  ) >>"$LOGS/postgres.log" 2>&1 9>&- || {
    tail -n 10 "$LOGS/postgres.log" >&2
    fail "A PostgreSQL cluster could not be made in $data."
  }
}

port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port FIRST STEP
free_port() {
  local port=$1
  while port_taken "$port"; do port=$((port + $2)); done
  printf '%s' "$port"
}

# start_postgres DATA [OPTION...]: on 127.0.0.1 only, at POSTGRES_PORT or the next free port. Sets POSTGRES_PORT, POSTGRES_PID.
start_postgres() {
  local data=$1 tries mark
  shift
  POSTGRES_PORT=${POSTGRES_PORT:-$((20000 + RANDOM % 10000))}
  for tries in 1 2 3 4 5; do
    POSTGRES_PORT=$(free_port "$POSTGRES_PORT" 1)
    mark=$(wc -c <"$LOGS/postgres.log")
    (
      cd /
      exec "${DETACHED[@]}" "${AS_POSTGRES[@]}" "$POSTGRES_BIN/postgres" -D "$data" -c listen_addresses=127.0.0.1 -p "$POSTGRES_PORT" \
        -c unix_socket_directories= "$@" </dev/null >>"$LOGS/postgres.log" 2>&1 9>&-
    ) &
    POSTGRES_PID=$!
    while started_at "$POSTGRES_PID" >/dev/null; do
      [[ $(sed -n '1p;8p' "$data/postmaster.pid" 2>/dev/null | tr -s ' \n' ' ') == "$POSTGRES_PID ready " ]] && return 0
      sleep 0.1
    done
    # Somebody took the port first, or the processes of a killed server are still ending.
    tail -c "+$((mark + 1))" "$LOGS/postgres.log" | grep -qE 'already in use|still in use|already exists' || break
    sleep "$tries"
  done
  tail -n 10 "$LOGS/postgres.log" >&2
  fail "PostgreSQL did not start."
}

# stop_postgres PID: fast; open transactions are rolled back.
stop_postgres() {
  kill -INT "$1" 2>/dev/null || return 0
  wait_until_gone "$1" 30 && return 0
  kill -QUIT "$1" 2>/dev/null
  wait_until_gone "$1" 10 || kill -KILL "$1"
}

# --- what ops/up started --------------------------------------------------------------------------------------------

# stop_hosts NAME...
stop_hosts() {
  local name
  for name; do
    running "$name" || continue
    say "Stopping ${TITLE[$name]}"
    stop_process "$name" 30
  done
}

stop_everything() {
  stop_hosts worker callbacks simulator
  running postgres || return 0
  say "Stopping PostgreSQL"
  stop_postgres "$PID"
}

any_running() {
  local name
  for name in simulator callbacks worker postgres; do ! running "$name" || return 0; done
  return 1
}
