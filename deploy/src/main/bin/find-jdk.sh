# Sourced by both launchers. `find_jdk TOOL` prints the home of a JDK 25 that has bin/TOOL, or fails.
# QUIVER_JDK_ROOT stands before the usual folders, for tests.

is_jdk_25() {
  [ -x "$1/bin/$2" ] && [ -r "$1/release" ] && grep -q '^JAVA_VERSION="25[".+-]' "$1/release"
}

find_jdk() {
  on_path=$(command -v java || true)
  if [ -n "$on_path" ]; then
    on_path=$(dirname -- "$(dirname -- "$(readlink -f -- "$on_path")")")
  fi
  root=${QUIVER_JDK_ROOT:-}
  for candidate in "${JAVA_HOME:-}" "$on_path" \
    "$root"/usr/lib/jvm/* "$root"/usr/lib64/jvm/* "$root"/usr/java/* "$root"/opt/* "$root"/opt/java/* \
    "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/* \
    "$root"/Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [ -n "$candidate" ] && is_jdk_25 "$candidate" "$1"; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  return 1
}

# Says what to do where there is no JDK 25, and ends.
no_jdk_25() {
  cat >&2 <<'MESSAGE'
quiver: no JDK 25 found in JAVA_HOME, on the PATH or in the usual folders.
Install one and run this again; any of these will do:
  Debian, Ubuntu   apt-get install openjdk-25-jdk   (or Temurin: https://adoptium.net)
  Fedora           dnf install java-25-openjdk-devel
  macOS            brew install --cask temurin@25
  anywhere         sdk install java 25-tem   (https://sdkman.io)
If it is elsewhere, set JAVA_HOME to its folder.
MESSAGE
  exit 69
}
