# shellcheck shell=bash
# Step 6 of scripts/setup: the servers that tests/servers sends signed requests to.
#
# The Python ones go into a virtual environment, per user, named after the hash of their pinned
# versions; s3s-fs is built like the other tools, and linked beside them. The tests find all of it
# by that hash alone (tests/servers/support/tools.js).
#
# Where something is missing that cannot be had, those tests are skipped; in CI that is an error.

S3S_FS=0.14.1
S3S_FS_RUST=1.92.0 # what it needs
SERVERS_PYTHON=3.11

# cannot_have WHAT WHY
cannot_have() {
  if [ "${CI:-}" = true ]; then die_with_log "$1: $2"; fi
  note "$1" "$2. The tests that need it will be skipped"
}

# A Python that is new enough and has what it takes to make virtual environments.
find_python() {
  local candidate
  for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if have "$candidate" && "$candidate" -c "
import ensurepip, sys, venv
sys.exit(sys.version_info < ($(echo "$SERVERS_PYTHON" | tr . ,)))" 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
}

setup_python_servers() {
  local dir=$1 requirements=$2 python
  if [ -e "$dir/.complete" ] && [ -x "$dir/bin/python" ]; then
    ok 'test servers' "Swift, moto in $(tilde "$dir")"
    return
  fi
  python=$(find_python)
  if [ -z "$python" ] && have apt-get; then
    need_root 'installing Python with venv' \
      'apt-get update && apt-get install -y --no-install-recommends python3 python3-venv'
    doing 'test servers' 'apt-get install python3 python3-venv'
    apt_install python3 python3-venv || die_with_log 'apt-get could not install python3 and python3-venv'
    python=$(find_python)
  fi
  if [ -z "$python" ]; then
    cannot_have 'test servers' "no Python $SERVERS_PYTHON or newer with venv and pip: install one"
    return
  fi
  doing 'test servers' "pip install Swift, moto into $(tilde "$dir") (half a minute)"
  # Wheels only: they carry what would otherwise have to be compiled (liberasurecode, for one).
  if logged "$python" -m venv --clear "$dir" &&
    logged "$dir/bin/python" -m pip install --disable-pip-version-check --no-input \
      --only-binary :all: --no-deps -r "$requirements" &&
    logged "$dir/bin/python" -m pip check --disable-pip-version-check; then
    touch "$dir/.complete"
  else
    cannot_have 'test servers' "pip could not install what tests/servers/requirements.txt names (see $(tilde "$log"))"
  fi
}

setup_s3s_fs() {
  local dir=$1 built=$tools/s3s-fs-$S3S_FS
  if [ "$(tool_version "$built/bin/s3s-fs")" = "$S3S_FS" ]; then
    ok s3s-fs "$S3S_FS in $(tilde "$built/bin")"
  elif ! version_ge "$(rustc_version rustc)" "$S3S_FS_RUST"; then
    cannot_have s3s-fs "it needs Rust $S3S_FS_RUST or newer: rustup update"
    return
  else
    doing s3s-fs "cargo install s3s-fs $S3S_FS into $(tilde "$built") (2 to 4 minutes)"
    mkdir -p "$built"
    if ! logged cargo_install "$built" s3s-fs "$S3S_FS" --locked --features binary; then
      cannot_have s3s-fs "cargo could not install it (see $(tilde "$log"))"
      return
    fi
  fi
  mkdir -p "$dir/bin"
  ln -sfn "$built/bin/s3s-fs" "$dir/bin/s3s-fs"
}

setup_servers() {
  local requirements=$root/tests/servers/requirements.txt hash dir
  hash=$(sha256_of "$requirements")
  dir=${tools%/*}/servers-${hash:0:12}
  setup_python_servers "$dir" "$requirements"
  setup_s3s_fs "$dir"
}
