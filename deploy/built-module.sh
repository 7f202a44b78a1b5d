# Sourced by the `run` of a module that is no part of the distribution.
# `built_module FOLDER SOURCE…` builds the module in FOLDER where it is older than its sources, and sets `jdk`, `checkout`
# and `class_path`.

built_module() {
  module=$1
  shift
  checkout=$(cd "$module" && until [ -f ARCHITECTURE.md ] || [ "$PWD" = / ]; do cd ..; done && pwd)
  . "$checkout/deploy/src/main/bin/find-jdk.sh"
  jdk=$(find_jdk javac) || no_jdk_25
  if module_is_stale "$@"; then
    log=$module/target/build.log
    begun=$module/target/build.begun
    echo "run: building (log: $log)" >&2
    mkdir -p "$module/target"
    touch "$begun"
    if ! (cd "$checkout" && JAVA25_HOME=$jdk mvn -B -ntp -DskipTests -pl "${module#"$checkout"/}" -am package) >"$log" 2>&1; then
      grep '^\[ERROR\]' "$log" >&2 || tail -n 20 "$log" >&2
      exit 70
    fi
    # What changed while it was being built is newer than this.
    mv "$begun" "$module/target/build.done"
  fi
  class_path=$module/target/classes:$(cat "$module/target/classpath")
}

# Folders count too: their time changes when a file is deleted.
module_is_stale() {
  [ ! -f "$module/target/build.done" ] || [ ! -f "$module/target/classpath" ] || [ -n "$(
    cd "$checkout"
    find pom.xml "$module/pom.xml" "$module/src" "$@" -newer "$module/target/build.done" -print | head -n 1
  )" ]
}
