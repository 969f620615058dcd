#!/usr/bin/env bash
# Installs what `cargo xtask guests` needs on a Debian machine without rustup's
# wasm32-wasip1 target: a rustc from Debian, its standard library compiled for
# the target from Debian's source package, and a C compiler with WASI's libc
# (Zig's, as its Python wheel carries it). Running it again does nothing.
#
#   usage: debian-wasip1.sh            then: . $WARDIAN_WASIP1/env
#
# WARDIAN_WASIP1 names the directory for what is not a Debian package
# (default /opt/wardian-wasip1). Needs root, apt, python3 with venv.
set -euo pipefail

zig_version=0.17.1
recipe=3   # raise it when this script makes something different
home=${WARDIAN_WASIP1:-/opt/wardian-wasip1}
target=wasm32-wasip1

say() { printf 'wasip1: %s\n' "$*" >&2; }

install_packages() {
  local missing=()
  [[ -x /usr/bin/rustc && -x /usr/bin/cargo ]] || missing+=(rustc-web cargo-web)
  [[ -e /usr/lib/rustlib/src/rust/library/std/Cargo.toml ]] || missing+=(rust-web-src)
  if ((${#missing[@]})); then
    say "installing ${missing[*]}"
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
  fi
  # wasm-ld has to be of the LLVM that rustc was built with.
  local llvm
  llvm=$(/usr/bin/rustc -vV | awk '/^LLVM version/ { split($3, v, "."); print v[1] }')
  if ! command -v "wasm-ld-$llvm" >/dev/null; then
    say "installing lld-$llvm"
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "lld-$llvm" >&2
  fi
  mkdir -p "$home/bin"
  ln -sfn "$(command -v "wasm-ld-$llvm")" "$home/bin/wasm-ld"
  # rustc picks the linker's dialect by this name.
  ln -sfn wasm-ld "$home/bin/rust-lld"
}

install_c_compiler() {
  if [[ ! -x $home/venv/bin/python ]]; then
    say "installing ziglang $zig_version"
    python3 -m venv "$home/venv"
  fi
  "$home/venv/bin/python" -c 'import ziglang' 2>/dev/null ||
    "$home/venv/bin/pip" install --quiet "ziglang==$zig_version"
  zig=$("$home/venv/bin/python" -c 'import os, ziglang; print(os.path.join(os.path.dirname(ziglang.__file__), "zig"))')
  # The cc crate adds a --target in Rust's spelling, which Zig does not read.
  {
    printf '#!/bin/bash\nargs=()\nfor arg; do [[ $arg == --target=* ]] || args+=("$arg"); done\n'
    printf 'exec %q cc --target=wasm32-wasi "${args[@]}"\n' "$zig"
  } >"$home/bin/cc"
  printf '#!/bin/sh\nexec "%s" ar "$@"\n' "$zig" >"$home/bin/ar"
  chmod +x "$home/bin/cc" "$home/bin/ar"
}

# libc: Zig compiles it when it first links a program; its archives are joined
# into the one libc.a that rustc's self-contained linking looks for.
build_libc() {
  local work=$1 out=$2 found
  export ZIG_GLOBAL_CACHE_DIR=$work/zig
  echo 'int main(void) { return 0; }' >"$work/main.c"
  echo 'int pthread_detach(void *thread) { (void)thread; return 0; }' >"$work/absent.c"
  "$zig" cc --target=wasm32-wasi -O2 "$work/main.c" -o "$work/command.wasm"
  "$zig" cc --target=wasm32-wasi -O2 -mexec-model=reactor "$work/main.c" -o "$work/reactor.wasm" 2>/dev/null || true
  "$zig" cc --target=wasm32-wasi -O2 -c "$work/absent.c" -o "$work/absent.o"
  mkdir -p "$out"
  {
    echo "create $work/joined.a"
    # Sorted by name: the order decides that of the functions in a module.
    find "$work/zig" -name 'lib*.a' \( -name libc.a -o -name libzigc.a -o -name libcompiler_rt.a \) \
      -printf '%f\taddlib %p\n' | sort | cut -f 2
    printf 'addmod %s\nsave\nend\n' "$work/absent.o"
  } | "$zig" ar -M
  install -m 644 "$work/joined.a" "$out/libc.a"
  install -m 644 "$(find "$work/zig" -name crt1-command.o -print -quit)" "$out/crt1-command.o"
  found=$(find "$work/zig" -name crt1-reactor.o -print -quit)
  install -m 644 "${found:-$out/crt1-command.o}" "$out/crt1-reactor.o"
}

# std: with bitcode, so that guests can be linked with LTO, and without the path
# of this machine's crates, which panic messages would carry into the guests.
build_std() {
  local work=$1 out=$2
  mkdir -p "$work/empty/src"
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n' >"$work/empty/Cargo.toml"
  : >"$work/empty/src/lib.rs"
  (
    cd "$work/empty"
    export CARGO_ENCODED_RUSTFLAGS
    printf -v CARGO_ENCODED_RUSTFLAGS '%s\x1f%s' -Cembed-bitcode=yes \
      "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
    RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$work/std \
      /usr/bin/cargo build --quiet --release --target $target -Zbuild-std=std,panic_abort,proc_macro
  )
  rm -f "$out"/*.rlib
  find "$work/std/$target/release/deps" -name '*.rlib' ! -name 'libempty*' -exec cp -t "$out" {} +
}

install_packages
install_c_compiler
sysroot=/usr/lib/rustlib/$target/lib
stamp="recipe $recipe, zig $zig_version, $(/usr/bin/rustc -V)"
if [[ $(cat "$sysroot/wardian-stamp" 2>/dev/null) != "$stamp" ]]; then
  say "building libc and std for $target (about a minute)"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  build_libc "$work" "$sysroot/self-contained"
  build_std "$work" "$sysroot"
  echo "$stamp" >"$sysroot/wardian-stamp"
fi

cat >"$home/env" <<E2
export RUSTC=/usr/bin/rustc CARGO=/usr/bin/cargo
export CARGO_TARGET_WASM32_WASIP1_LINKER=$home/bin/rust-lld
export CC_wasm32_wasip1=$home/bin/cc AR_wasm32_wasip1=$home/bin/ar
E2
say "ready: . $home/env"
