# shellcheck shell=bash
# Helpers of scripts/setup, which sets $root, $cache, $tools and $log.

ok() { printf 'ok     %s: %s\n' "$1" "$2"; }
doing() { printf 'doing  %s: %s\n' "$1" "$2"; }
note() { printf 'note   %s: %s\n' "$1" "$2"; }

die() {
  printf 'setup: %s\n' "$1" >&2
  exit 1
}

die_with_log() {
  {
    echo "--- the end of $log"
    tail -n 30 "$log"
    echo '---'
  } >&2
  die "$1"
}

# Runs a command with its output in the log.
logged() {
  printf '\n$ %s\n' "$*" >>"$log"
  "$@" >>"$log" 2>&1 </dev/null
}

have() { command -v "$1" >/dev/null 2>&1; }

# The full name of the first of the given programs that is there, or nothing.
first_program() {
  local program
  for program in "$@"; do
    if [ -n "$program" ] && have "$program"; then
      command -v "$program"
      return
    fi
  done
}

# version_ge A B: is A at least B?
version_ge() {
  local a=${1%%[-+]*} b=${2%%[-+]*} i
  local IFS=.
  # shellcheck disable=SC2206
  local -a x=($a) y=($b)
  for i in 0 1 2; do
    if [ "${x[i]:-0}" -ne "${y[i]:-0}" ]; then
      [ "${x[i]:-0}" -gt "${y[i]:-0}" ]
      return
    fi
  done
}

sha256_of() {
  local line
  if have sha256sum; then line=$(sha256sum "$1"); else line=$(shasum -a 256 "$1"); fi
  echo "${line%% *}"
}

# A path as a person would write it.
tilde() {
  # shellcheck disable=SC2088
  case $1 in "$HOME"/*) echo "~/${1#"$HOME"/}" ;; *) echo "$1" ;; esac
}

# Takes from the environment what would change where or how cargo compiles.
plain_cargo_env() {
  unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS \
    CARGO_BUILD_TARGET CARGO_TARGET_DIR CARGO_BUILD_TARGET_DIR
}

# bounded SECONDS COMMAND...
bounded() {
  local seconds=$1
  shift
  if have timeout; then timeout "$seconds" "$@"; else "$@"; fi
}

# Two set-ups of one user (of two clones, say) wait for each other.
one_at_a_time() {
  have flock || return 0
  exec 9>"$tools/.lock"
  flock -n 9 && return
  note setup 'waiting for another scripts/setup'
  flock 9
}

# need_root WHAT COMMANDS: says so before root's rights are used. Where there is no way to get
# them, prints the commands to run as root, and stops.
need_root() {
  local sudo=sudo
  [ "$(id -u)" -ne 0 ] || return 0
  if [ "${CI:-}" = true ]; then sudo='sudo -n'; fi
  if have sudo; then
    note sudo "$1 needs root: using sudo"
    $sudo -v && return
  fi
  {
    echo "setup: $1 needs root. As root, run"
    echo
    printf '    %s\n' "$2"
    echo
    echo 'and then scripts/setup again.'
  } >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif [ "${CI:-}" = true ]; then
    sudo -n "$@"
  else
    sudo "$@"
  fi
}

apt() {
  # --no-remove: never at the cost of a package that is there.
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -y "$@"
}

apt_updated=''
apt_update() {
  [ -z "$apt_updated" ] || return 0
  logged apt update || return 1
  apt_updated=yes
}

apt_install() {
  apt_update || return 1
  logged apt install --no-install-recommends --no-remove "$@"
}
