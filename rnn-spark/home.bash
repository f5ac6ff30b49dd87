# shellcheck shell=bash
# Sourced by the programs beside it: builds rnn-spark.jar if it is not built or the sources are newer, and makes what
# Spark calls its home of the jars that Maven has. Needs Java 17 or later, and Maven for the first time.
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
root=${here%/*}
jar=$here/target/rnn-spark.jar
log=$here/target/build.log
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
export SPARK_HOME=$here/target/spark
export SPARK_CONF_DIR=${SPARK_CONF_DIR:-$here/conf}
export SPARK_SCALA_VERSION=2.13
export LC_ALL=C.UTF-8

say() { echo "${0##*/}: $*" >&2; }
fail() { say "$@"; exit 1; }

stale() {
  [ ! -f "$jar" ] || [ ! -f "$here/target/spark.classpath" ] ||
    [ -n "$(find "$root/pom.xml" "$root"/rnn-{core,cli,spark}/pom.xml "$root"/rnn-{core,cli,spark}/src/main \
      -newer "$jar" -print -quit)" ]
}

build() {
  command -v mvn >/dev/null || fail "building needs Maven: install it (Debian: apt-get install maven)"
  mkdir -p "$here/target" "$root/rnn-cli/target/launcher"
  exec 9>>"$root/rnn-cli/target/launcher/lock" # that of the launcher: one build of this checkout at a time
  ! command -v flock >/dev/null || flock 9
  if stale; then
    say "building, the first time with Spark's jars, 325 MB: the log is $log"
    : >"$here/target/began"
    (cd "$root" && mvn -B -pl rnn-spark -am package -Dmaven.test.skip -Dmaven.javadoc.skip -Dmaven.source.skip \
      -Dspotless.check.skip) >"$log" 2>&1 </dev/null 9>&- || {
      grep -m 20 ERROR "$log" >&2 || tail -n 20 "$log" >&2
      fail "the build failed, all it said is in $log"
    }
    touch -r "$here/target/began" "$jar" # also where Maven has found nothing to do; what changes meanwhile is newer
  fi
  exec 9>&-
}

# Spark looks for its jars in one directory.
link() {
  local jars=() found
  [ ! "$SPARK_HOME/jars" -nt "$here/target/spark.classpath" ] || return 0
  IFS=: read -ra jars <"$here/target/spark.classpath" || true # there is no end of line
  for found in "${jars[@]}"; do
    [ -f "$found" ] || fail "Maven's $found has gone: build again, after rm $here/target/spark.classpath"
  done
  rm -rf "$SPARK_HOME"
  mkdir -p "$SPARK_HOME/unfinished"
  ln -s "${jars[@]}" "$SPARK_HOME/unfinished"
  mv "$SPARK_HOME/unfinished" "$SPARK_HOME/jars"
}

# Puts into the variable command how a program of Spark's is started, as its own launcher says.
launch() {
  local word
  command=()
  while IFS= read -r -d '' word; do
    command+=("$word")
  done < <("$java" -Xmx128m -cp "$SPARK_HOME/jars/*" org.apache.spark.launcher.Main "$@"; printf '%d\0' $?)
  local last=$((${#command[@]} - 1))
  local code=${command[last]}
  unset "command[last]"
  [ "$code" = 0 ] || fail "Spark's launcher refused this, exit code $code"
  command=("${command[@]:1}") # it says an empty line first
  command[0]=${command[0]#$'\n'}
}

[ -z "${JAVA_HOME:-}" ] || [ -x "$java" ] || fail "JAVA_HOME is $JAVA_HOME, and there is no bin/java in it"
command -v "$java" >/dev/null || fail "needs Java 17 or later: install it, or set JAVA_HOME"
! stale || build
link
