# shellcheck shell=bash
# Step 2 of scripts/setup: a Rust compiler that has the wasm32-unknown-unknown target.
#
# Tried in this order: the active compiler; Debian's, if an earlier run prepared it; `rustup
# target add`; Debian's compiler, for which std is built here (no Debian package has it).

WASM_TARGET=wasm32-unknown-unknown
DEBIAN_TOOLCHAIN=sigv4-wasm-debian # its name in rustup
DEBIAN_RUST_BIN=$cache/debian-rust # without rustup: a folder that goes first on PATH
DEBIAN_STD_MARK=.built-by-sigv4-wasm

WASM_TOOLCHAIN='' # results, for env.sh
WASM_RUST_BIN=''
WASM_LINKER=''

# Under scripts/wasm-env too, "stock" means the compiler from before.
ignore_wasm_env() {
  if [ "${RUSTUP_TOOLCHAIN:-}" = "$DEBIAN_TOOLCHAIN" ]; then unset RUSTUP_TOOLCHAIN; fi
  PATH=${PATH//"$DEBIAN_RUST_BIN:"/}
}

rustc_version() {
  local line
  line=$("$1" --version 2>/dev/null) || return 0
  line=${line#rustc }
  echo "${line%% *}"
}

# The newest wasm-ld-NN on PATH, or a plain wasm-ld, or nothing.
find_wasm_ld() {
  local name
  name=$(compgen -c wasm-ld | grep -E '^wasm-ld-[0-9]+$' | sort -u -t- -k3,3n | tail -n 1) || true
  first_program "$name" wasm-ld
}

# has_wasm32 RUSTC: does it link a module for wasm32 that uses std, in the way of the release
# profile (with fat LTO, which needs a std that has its bitcode)? Sets $linker to the linker it has
# to be told of: a compiler without a rust-lld of its own needs LLVM's.
has_wasm32() {
  local rustc=$1 dir status=0 libdir
  local -a flags=(--target "$WASM_TARGET" --crate-type cdylib -C panic=abort -C lto=fat)
  linker=''
  libdir=$("$rustc" --print target-libdir --target "$WASM_TARGET" 2>/dev/null) || return 1
  # `cargo test` needs libtest.
  compgen -G "$libdir/libstd-*.rlib" >/dev/null && compgen -G "$libdir/libtest-*.rlib" >/dev/null || return 1
  # target-libdir is LIB/rustlib/TARGET/lib, and rust-lld is LIB/rustlib/HOST/bin/rust-lld
  if ! compgen -G "${libdir%/*/lib}/*/bin/rust-lld" >/dev/null && ! have rust-lld; then
    linker=$(find_wasm_ld)
    [ -n "$linker" ] || return 1
    flags+=(-C "linker=$linker")
  fi
  dir=$(mktemp -d "$cache/probe.XXXXXX")
  printf '%s\n' '#[unsafe(no_mangle)] pub extern "C" fn f(n: u32) -> usize { n.to_string().len() }' |
    (cd "$dir" && "$rustc" "${flags[@]}" --crate-name probe -o probe.wasm -) >>"$log" 2>&1 || status=1
  rm -rf "$dir"
  return "$status"
}

# Does rustup stand behind the cargo and rustc on PATH, so that RUSTUP_TOOLCHAIN selects?
rustup_selects() {
  have rustup &&
    [ "$(RUSTUP_TOOLCHAIN=$1 rustc --version --verbose 2>/dev/null)" = "$(/usr/bin/rustc --version --verbose)" ] &&
    [ "$(RUSTUP_TOOLCHAIN=$1 cargo --version 2>/dev/null)" = "$(/usr/bin/cargo --version)" ]
}

# Makes Debian's compiler selectable for wasm builds, and only for them.
select_debian() {
  local program
  if have rustup; then
    if ! rustup_selects "$DEBIAN_TOOLCHAIN"; then
      logged rustup toolchain link "$DEBIAN_TOOLCHAIN" /usr || true
    fi
    if rustup_selects "$DEBIAN_TOOLCHAIN"; then
      WASM_TOOLCHAIN=$DEBIAN_TOOLCHAIN
      return
    fi
  fi
  # Not /usr/bin itself: that could put another node first.
  mkdir -p "$DEBIAN_RUST_BIN"
  for program in rustc cargo rustdoc clippy-driver cargo-clippy; do
    rm -f "$DEBIAN_RUST_BIN/$program"
    if [ -x "/usr/bin/$program" ]; then ln -s "/usr/bin/$program" "$DEBIAN_RUST_BIN/$program"; fi
  done
  WASM_RUST_BIN=$DEBIAN_RUST_BIN
}

# Is Debian's compiler there and ready?
use_debian() {
  [ -x /usr/bin/rustc ] && [ -x /usr/bin/cargo ] || return 1
  version_ge "$(rustc_version /usr/bin/rustc)" "$RUST_MIN" || return 1
  has_wasm32 /usr/bin/rustc || return 1
  WASM_LINKER=$linker
  select_debian
  ok 'wasm32 target' "/usr/bin/rustc $(rustc_version /usr/bin/rustc)${WASM_TOOLCHAIN:+, rustup toolchain $WASM_TOOLCHAIN}${linker:+, $(basename "$linker")}"
}

use_active() {
  has_wasm32 rustc || return 1
  WASM_LINKER=$linker
  ok 'wasm32 target' "the active compiler has it${linker:+, with $(basename "$linker")}"
}

debian_packages() {
  local newest
  newest=$(apt-cache search --names-only '^lld-[0-9]+$' | sed -n 's/^\(lld-[0-9]*\) .*/\1/p' | sort -t- -k2,2n | tail -n 1)
  [ -n "$newest" ] || return 1
  echo "rustc-web cargo-web rust-web-src $newest"
  # For `make lint`; nothing else needs it.
  if apt-cache show rust-web-clippy >/dev/null 2>&1; then echo rust-web-clippy; fi
}

# Builds std for Debian's compiler (as the user), and copies it beside that compiler (as root).
build_debian_std() {
  local work=$tools/debian-std libdir name=emptycrate lib
  local -a libs=()
  libdir=$(/usr/bin/rustc --print target-libdir --target "$WASM_TARGET")
  if [ -d "$libdir" ] && [ ! -e "$libdir/$DEBIAN_STD_MARK" ] && compgen -G "$libdir/*.rlib" >/dev/null; then
    die "$libdir has a std that /usr/bin/rustc cannot use: remove that folder, and run this again"
  fi
  doing 'wasm32 target' 'building std for it (1 minute)'
  rm -rf "$work"
  mkdir -p "$work/src"
  : >"$work/src/lib.rs"
  printf '[package]\nname = "%s"\nversion = "0.0.0"\nedition = "2021"\n\n[workspace]\n' "$name" >"$work/Cargo.toml"
  logged build_std "$work" || die_with_log 'std could not be built for wasm32'
  for lib in "$work/target/$WASM_TARGET/release/deps/"*.rlib; do
    case $lib in */lib$name-*) ;; *) libs+=("$lib") ;; esac
  done
  need_root "copying the built std to $libdir" \
    "mkdir -p $libdir && rm -f $libdir/*.rlib && cp $(printf '%q ' "${libs[@]}") $libdir/ && touch $libdir/$DEBIAN_STD_MARK"
  logged as_root sh -c 'mkdir -p "$1" && rm -f "$1"/*.rlib && touch "$1/$2" && d=$1 && shift 2 && install -m 644 "$@" "$d/"' \
    sh "$libdir" "$DEBIAN_STD_MARK" "${libs[@]}" || die_with_log "std could not be copied to $libdir"
  rm -rf "$work"
}

build_std() {
  (
    cd "$1"
    plain_cargo_env
    unset RUSTUP_TOOLCHAIN
    # Cargo leaves the bitcode out of a build without LTO; the release profile, with lto = "fat",
    # needs it.
    RUSTFLAGS='-C embed-bitcode=yes' RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc \
      /usr/bin/cargo build --release --target "$WASM_TARGET" -Zbuild-std=std,panic_abort,proc_macro,test
  )
}

setup_wasm32() {
  local linker packages
  use_active && return
  use_debian && return

  if have rustup; then
    doing 'wasm32 target' "rustup target add $WASM_TARGET (given up after 60 s)"
    if logged bounded 60 env RUSTUP_MAX_RETRIES=1 rustup target add "$WASM_TARGET"; then
      use_active && return
    fi
  fi

  have apt-get ||
    die "the compiler has no $WASM_TARGET target: rustup target add $WASM_TARGET (without rustup: https://rustup.rs)"
  need_root 'installing a Rust compiler beside the active one' \
    'apt-get update && apt-get install -y --no-install-recommends rustc-web cargo-web rust-web-src rust-web-clippy lld-NN   # NN: the newest there is'
  apt_update || die_with_log 'apt-get update failed'
  packages=$(debian_packages) || die 'no package lld-NN to be had from apt'
  # shellcheck disable=SC2086
  doing 'wasm32 target' "rustup cannot fetch it: apt-get install $(echo $packages)"
  # shellcheck disable=SC2086
  apt_install $packages ||
    die_with_log "apt-get could not install $(echo $packages). Another way: rustup target add $WASM_TARGET"
  if ! has_wasm32 /usr/bin/rustc; then build_debian_std; fi
  use_debian || die_with_log "/usr/bin/rustc still cannot compile for $WASM_TARGET"
}
