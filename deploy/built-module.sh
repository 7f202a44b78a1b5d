# Sourced by the `run` of a module that is no part of the distribution.
# `built_module FOLDER SOURCE…` builds the module in FOLDER where it is older than its sources, and sets `jdk`, `checkout`
# and `class_path`.

built_module() {
  module=$1
  shift
  checkout=$(cd "$module" && until [ -f ARCHITECTURE.md ]; do cd ..; done && pwd)
  . "$checkout/deploy/src/main/bin/find-jdk.sh"
  jdk=$(find_jdk javac) || no_jdk_25
  if module_is_stale "$@"; then
    echo "run: building (log: $module/target/build.log)" >&2
    mkdir -p "$module/target"
    if ! (cd "$checkout" && JAVA25_HOME=$jdk mvn -B -ntp -DskipTests -pl "${module#"$checkout"/}" -am package) >"$module/target/build.log" 2>&1; then
      grep '^\[ERROR\]' "$module/target/build.log" >&2
      exit 70
    fi
  fi
  class_path=$module/target/classes:$(cat "$module/target/classpath")
}

# Folders count too: their time changes when a file is deleted.
module_is_stale() {
  [ ! -f "$module/target/classpath" ] || [ -n "$(
    cd "$checkout"
    find pom.xml "$module/pom.xml" "$module/src/main" "$@" -newer "$module/target/classpath" -print | head -n 1
  )" ]
}
