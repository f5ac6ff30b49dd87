package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script rnn in a checkout of its own, where scripts stand in for Maven and Java. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("long")
class LauncherTest {
  private static final String MAVEN =
      """
      #!/bin/bash
      echo started >>builds
      echo '[INFO] Downloading from central: https://example.org/maven2/a/1/a-1.pom'
      sleep ${PAUSE:-0.1}
      echo '[INFO] --- maven-compiler-plugin:3.16.0:compile (default-compile) @ rnn-core ---'
      sleep ${PAUSE:-0.1}
      [ ! -f slow ] || sleep 20
      [ ! -f broken ] || { echo '[ERROR] no such symbol'; exit 1; }
      echo made >rnn-cli/target/rnn.jar
      """;

  @TempDir Path directory;
  private Path checkout;

  @BeforeEach
  void makeCheckout() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "skipped: the launcher needs bash");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    checkout = directory.resolve("checkout");
    for (String folder : List.of("rnn-core/src/main", "rnn-cli/src/main", "../bin")) {
      Files.createDirectories(checkout.resolve(folder));
    }
    for (String pom : List.of("pom.xml", "rnn-core/pom.xml", "rnn-cli/pom.xml")) {
      Files.writeString(checkout.resolve(pom), "");
    }
    Files.copy(Path.of("..", "rnn"), checkout.resolve("rnn"));
    script("mvn", MAVEN);
    script("java", "#!/bin/bash\necho \"${@: -2}\"\n");
  }

  private void script(String name, String text) throws IOException {
    Path file = Files.writeString(directory.resolve("bin").resolve(name), text);
    assertThat(file.toFile().setExecutable(true, false)).isTrue();
  }

  private ProcessBuilder builder(String... command) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().merge("PATH", directory + "/bin", (path, bin) -> bin + ":" + path);
    builder.environment().remove("JAVA_HOME");
    return builder;
  }

  /** With a Maven that lets every line be seen. */
  private Process slowly(String... command) throws IOException {
    ProcessBuilder builder = builder(command);
    builder.environment().put("PAUSE", "0.8");
    return builder.start();
  }

  private Process start(String... command) throws IOException {
    return builder(command).start();
  }

  private Process rnn() throws IOException {
    return start("/bin/bash", checkout + "/rnn", "sample");
  }

  /** All that a process says, line by line; the lines of a terminal may replace each other. */
  private static List<String> lines(Process process) throws Exception {
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).as(out).isTrue();
    return Arrays.stream(out.split("[\r\n]+", -1))
        .map(line -> line.replace("\u001b[K", ""))
        .filter(line -> !line.isEmpty())
        .toList();
  }

  private List<String> builds() throws IOException {
    return Files.readAllLines(checkout.resolve("builds"));
  }

  @Test
  void firstStart_saysWhatItDoes_andTheSecondNothing() throws Exception {
    List<String> first = lines(slowly("/bin/bash", checkout + "/rnn", "sample"));

    assertThat(first)
        .containsSubsequence(
            "rnn: building, the log is " + checkout + "/rnn-cli/target/build.log",
            "rnn: fetching what Maven needs",
            "rnn: compiling rnn-core")
        .endsWith(checkout + "/rnn-cli/target/launcher/rnn.jar sample");
    assertThat(first.get(first.size() - 2)).matches("rnn: built in \\d+ s");
    assertThat(lines(rnn())).containsExactly(first.get(first.size() - 1));
    FileTime later = FileTime.fromMillis(System.currentTimeMillis() + 9_000);
    Files.setLastModifiedTime(checkout.resolve("rnn-core/pom.xml"), later);
    assertThat(lines(rnn())).anyMatch(line -> line.startsWith("rnn: built in"));
  }

  /** Java that says which module it was given, and the last of the other words. */
  private static final String JAVA_WITH_MODULES =
      """
      #!/bin/bash
      [[ "$*" != *--add-modules* ]] || echo 'WARNING: Using incubator modules: jdk.incubator.vector' >&2
      echo kernels
      echo more >&2
      exit 7
      """;

  @Test
  void onlyWhatComputes_getsTheVectorApi_andWarnsOfIt() throws Exception {
    lines(rnn());
    script("java", JAVA_WITH_MODULES);
    String commands =
        """
        train book.txt;sample m -i;tune;evaluate m t;score m;gradcheck;report m t
        ;help;help train;--help;inspect m;verify m;compare a b;report m;import w;export m;completion\
        ;typo;train --help;sample m -h
        """;
    for (String group : commands.split("\n", -1)) {
      for (String command : group.split(";", -1)) {
        if (!command.isEmpty()) {
          List<String> words = new ArrayList<>(List.of("/bin/bash", checkout + "/rnn"));
          words.addAll(List.of(command.split(" ", -1)));
          boolean computes = !group.startsWith(";");
          List<String> said = lines(start(words.toArray(new String[0])));
          assertThat(said).as(command).hasSize(computes ? 3 : 2).contains("kernels", "more");
        }
      }
    }
  }

  @Test
  void archiveOfARelease_runsItsJarWithItsJava_andBuildsNothing() throws Exception {
    Path archive = directory.resolve("archive");
    Files.createDirectories(archive.resolve("bin"));
    Files.copy(Path.of("..", "rnn"), archive.resolve("bin/rnn"));
    script("../archive/bin/java", "#!/bin/bash\necho \"ours ${@: -2}\"\n");
    ProcessBuilder builder = builder("/bin/bash", archive + "/bin/rnn", "sample");
    builder.environment().put("JAVA_HOME", "/nowhere");

    assertThat(lines(builder.start())).containsExactly("ours " + archive + "/lib/rnn.jar sample");
  }

  @Test
  void version_asksWithTheVectorApi_andLeavesOutTheWarning() throws Exception {
    lines(rnn());
    script("java", JAVA_WITH_MODULES.replace("echo kernels", "echo kernels \"$*\""));

    Process process = start("/bin/bash", checkout + "/rnn", "train", "--version");

    List<String> said = lines(process);
    assertThat(said).hasSize(2).contains("more");
    assertThat(said).anyMatch(line -> line.matches("kernels .*--add-modules .* train --version"));
    assertThat(process.exitValue()).isEqualTo(7);
  }

  @Test
  void collector_isOursUnlessTheUserNamesOne() throws Exception {
    lines(rnn()); // builds
    script("java", "#!/bin/bash\necho \"$*\" | grep -o 'Use[A-Za-z0-9]*GC'\n");

    assertThat(lines(rnn())).containsExactly("UseSerialGC");
    for (String variable : List.of("RNN_JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")) {
      ProcessBuilder builder = builder("/bin/bash", checkout + "/rnn", "sample");
      builder.environment().put(variable, "-Xmx1g -XX:+UseG1GC -XX:-UsePerfData");
      assertThat(lines(builder.start()))
          .as(variable)
          .isEqualTo(variable.startsWith("RNN") ? List.of("UseG1GC") : List.of());
    }
    ProcessBuilder other = builder("/bin/bash", checkout + "/rnn", "sample");
    other.environment().put("RNN_JAVA_OPTS", "-Xmx1g -XX:-UseDynamicNumberOfGCThreads");
    assertThat(lines(other.start())).contains("UseSerialGC");
  }

  /** It cannot be run here: what both have to say alike is compared. */
  @Test
  void launcherForWindows_saysTheSame() throws Exception {
    String bash = Files.readString(Path.of("..", "rnn"));
    String windows = Files.readString(Path.of("..", "rnn.cmd"));

    assertThat(windows).matches("[\\x20-\\x7e\\r\\n]+").doesNotContainPattern("[^\r]\n|\r[^\n]");
    for (String flag :
        List.of(
            "-XX:ObjectAlignmentInBytes=64",
            "-XX:+UseSerialGC",
            "--add-modules jdk.incubator.vector",
            "-Xshare:auto",
            "-Drnn.command=")) {
      assertThat(bash).contains(flag);
      assertThat(windows).contains(flag);
    }
    assertThat(found("for %%c in \\((.*)\\) do if \\[%1\\]", windows))
        .isEqualTo(found("(train \\|.*)\\) ;;", bash).map(words -> words.replace("| ", "")))
        .isPresent();
    assertThat(found("case \\$word in (-h.*)\\) return", bash)).hasValue("-h | --help");
    assertThat(found("case \\$word in (-V.*)\\) return", bash)).hasValue("-V | --version");
    assertThat(all("\\[%1\\]==\\[(-.*?)\\]", windows))
        .containsExactly("-h", "--help", "-V", "--version");
    assertThat(all("options: -XX:\\+Use(\\w+)GC =", windows))
        .containsExactly(found("Use\\((.*)\\)GC", bash).orElseThrow().split("\\|", -1));
    assertThat(all("%(\\w*_OPT\\w+)%", found("\"options=(.*)\"", windows).orElseThrow()))
        .isEqualTo(all("(\\w*_OPT\\w+):-\\}", found("(\\[\\[ \"\\$.*) =~", bash).orElseThrow()));
    assertThat(found("mvn%?\"? (-B.*?skip) (?:>|\\|)", windows))
        .isEqualTo(found("mvn%?\"? (-B.*?skip) (?:>|\\|)", bash))
        .isPresent();
    assertThat(all("(?:goto|call) :?(?!eof)([a-z_]+)\r", windows))
        .allMatch(label -> windows.contains("\r\n:" + label + "\r\n"));
  }

  private static Optional<String> found(String pattern, String text) {
    return all(pattern, text).stream().findFirst();
  }

  private static List<String> all(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().map(match -> match.group(1)).toList();
  }

  @Test
  void onATerminal_aLineMoves() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "skipped: this needs script");

    List<String> lines =
        lines(
            slowly(
                "script", "-qec", "stty cols 70; bash " + checkout + "/rnn sample", "/dev/null"));

    assertThat(lines)
        .anyMatch(line -> line.matches("rnn: building for \\d s: fetching a-1.pom"))
        .anyMatch(line -> line.matches("rnn: building for \\d s: compiling rnn-core"));
  }

  @Test
  void onATerminalThatCanOnlyPrint_thereIsNoColour_andNoWidth() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "skipped: this needs script");
    lines(rnn());
    script(
        "java",
        "#!/bin/bash\necho \"${NO_COLOR-colours} $*\" | sed 's/ .*\\(rnn.terminal.err=[0-9]*\\).*/ \\1/'\n");
    String rnn = "stty cols 70; TERM=%s bash " + checkout + "/rnn help";

    assertThat(lines(start("script", "-qec", String.format(rnn, "dumb"), "/dev/null")))
        .containsExactly("1 rnn.terminal.err=0");
    assertThat(lines(start("script", "-qec", String.format(rnn, "xterm"), "/dev/null")))
        .containsExactly("colours rnn.terminal.err=70");
  }

  @Test
  void checkoutOfSomebodyElse_isRefusedAtOnceUnlessItIsBuilt() throws Exception {
    List<String> command = new ArrayList<>(List.of("/bin/bash", checkout + "/rnn", "sample"));
    if (Files.isWritable(Path.of("/"))) { // root may write everywhere
      assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "skipped: this needs setpriv");
      command.addAll(0, List.of("setpriv", "--reuid=65534", "--clear-groups"));
    }
    setPermissions("r-xr-xr-x");
    List<String> lines = lines(start(command.toArray(new String[0])));
    setPermissions("rwxr-xr-x");

    assertThat(lines).hasSize(1);
    assertThat(lines.get(0))
        .startsWith("rnn: " + checkout + " must be built, and you cannot write to it: ");
    List<String> built = lines(rnn());
    setPermissions("r-xr-xr-x");
    lines = lines(start(command.toArray(new String[0])));
    setPermissions("rwxr-xr-x");
    assertThat(lines).containsExactly(built.get(built.size() - 1));
  }

  private void setPermissions(String permissions) throws IOException {
    for (String folder : List.of("rnn-core", "rnn-cli", "")) {
      Files.setPosixFilePermissions(
          checkout.resolve(folder), PosixFilePermissions.fromString(permissions));
    }
  }

  @Test
  void twoStarts_buildOnce() throws Exception {
    Process first = slowly("/bin/bash", checkout + "/rnn", "sample");
    while (!Files.exists(checkout.resolve("builds"))) {
      Thread.sleep(20);
    }
    List<String> second = lines(rnn());

    assertThat(second).hasSize(2);
    assertThat(second.get(0))
        .isEqualTo("rnn: process " + first.pid() + " is building this checkout: waiting for it");
    assertThat(lines(first)).anyMatch(line -> line.startsWith("rnn: built in"));
    assertThat(builds()).hasSize(1);
  }

  @Test
  void buildThatFails_saysWhy_andTheNextStartBuilds() throws Exception {
    Files.writeString(checkout.resolve("broken"), "");
    Process process = rnn();
    assertThat(lines(process))
        .endsWith(
            "[ERROR] no such symbol",
            "rnn: the build failed, all it said is in " + checkout + "/rnn-cli/target/build.log");
    assertThat(process.exitValue()).isEqualTo(1);

    Files.delete(checkout.resolve("broken"));
    assertThat(lines(rnn())).anyMatch(line -> line.startsWith("rnn: built in"));
  }

  @Test
  void buildThatIsKilled_leavesNothingThatTheNextStartTrusts() throws Exception {
    Files.writeString(checkout.resolve("slow"), "");
    Process process = rnn();
    while (!Files.exists(checkout.resolve("builds"))) {
      Thread.sleep(20);
    }
    Path halfWritten = checkout.resolve("rnn-core/target/classes/Half.class");
    Files.createDirectories(halfWritten.getParent());
    Files.writeString(halfWritten, "");
    process.toHandle().destroy();
    assertThat(lines(process))
        .contains("rnn: the build was stopped, the next start begins it anew");
    assertThat(process.exitValue()).isEqualTo(143);

    Files.delete(checkout.resolve("slow"));
    assertThat(lines(rnn())).anyMatch(line -> line.startsWith("rnn: built in"));
    assertThat(halfWritten).doesNotExist();
    assertThat(builds()).hasSize(2);
  }
}
