package io.quiverdb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the launchers' scripts with JDKs that only print what they are called with.
class LauncherTest {
  private static final Path SOURCES = Path.of("src/main/bin").toAbsolutePath();

  private static final List<String> TOOLS =
      List.of(
          "basename",
          "cat",
          "cp",
          "dirname",
          "find",
          "grep",
          "head",
          "ls",
          "mkdir",
          "readlink",
          "sed",
          "tail",
          "tee",
          "touch");

  @TempDir Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private Path root;
  private Path home;

  @BeforeEach
  void installDistribution() throws IOException {
    root = Files.createDirectories(folder.resolve("root"));
    home = Files.createDirectories(folder.resolve("a distribution"));
    copyScripts(home.resolve("bin"));
    Files.createDirectories(home.resolve("lib"));
    Files.createFile(home.resolve("lib/quiver-deploy-1.2.jar"));
    environment.put("HOME", Files.createDirectories(folder.resolve("home")).toString());
    environment.put("QUIVER_JDK_ROOT", root.toString());
    environment.put("PATH", pathWithoutJava());
  }

  @Test
  void javaHomeComesFirst() throws Exception {
    fakeJdk(root.resolve("usr/lib/jvm/jdk-25"), "25.0.1");
    environment.put("JAVA_HOME", fakeJdk(folder.resolve("chosen one"), "25.0.2").toString());

    assertThat(launch("--version").output()).startsWith("jdk=chosen one\n");
  }

  @Test
  void javaHomeOfAnotherVersionIsPassedOver() throws Exception {
    fakeJdk(root.resolve("usr/lib/jvm/jdk-25"), "25");
    environment.put("JAVA_HOME", fakeJdk(folder.resolve("old"), "17.0.15").toString());

    assertThat(launch("--version").output()).startsWith("jdk=jdk-25\n");
  }

  @Test
  void usualFoldersAreSearched() throws Exception {
    for (var place :
        List.of(
            root.resolve("usr/lib/jvm/temurin-25"),
            root.resolve("opt/jdk-25"),
            folder.resolve("home/.sdkman/candidates/java/25-tem"),
            root.resolve("Library/Java/JavaVirtualMachines/temurin 25/Contents/Home"))) {
      fakeJdk(place, "25.0.1");

      assertThat(launch("--version").output()).startsWith("jdk=" + place.getFileName() + "\n");
      deleteTree(place);
    }
  }

  @Test
  void javaOnThePathIsFoundThroughLinks() throws Exception {
    var jdk = fakeJdk(folder.resolve("elsewhere"), "25.0.1");
    var links = Files.createDirectories(folder.resolve("links"));
    Files.createSymbolicLink(links.resolve("java"), jdk.resolve("bin/java"));
    environment.put("PATH", links + ":" + pathWithoutJava());

    assertThat(launch("--version").output()).startsWith("jdk=elsewhere\n");
  }

  @Test
  void withoutJdk25ItSaysWhatToDo() throws Exception {
    fakeJdk(root.resolve("usr/lib/jvm/jdk-24"), "24.0.1");
    fakeJdk(root.resolve("usr/lib/jvm/jdk-2"), "2.5");

    var run = launch("--version");

    assertThat(run.exit()).isEqualTo(69);
    assertThat(run.output())
        .startsWith("quiver: no JDK 25 found")
        .contains("apt-get install openjdk-25-jdk", "set JAVA_HOME");
  }

  @Test
  void worksThroughALinkAndFromAnyFolder() throws Exception {
    fakeJdk(root.resolve("usr/lib/jvm/jdk-25"), "25.0.1");
    var link = Files.createSymbolicLink(folder.resolve("quiver"), home.resolve("bin/quiver"));

    var run = run(Path.of("/"), link, "point", "get", "a b", "");

    assertThat(run.output())
        .contains("arg=-jar\narg=" + home.toRealPath() + "/lib/quiver-deploy-1.2.jar\n")
        .endsWith("arg=point\narg=get\narg=a b\narg=\n");
  }

  @Test
  void nodeRunsWithTheServersFlagsAndOtherCommandsStartFast() throws Exception {
    fakeJdk(root.resolve("usr/lib/jvm/jdk-25"), "25.0.1");
    environment.put("QUIVER_JAVA_OPTIONS", "-Xmx8g -Da=b");

    var serve = launch("serve").output();
    var status = launch("status").output();

    assertThat(serve)
        .contains("arg=-XX:+UseG1GC\n", "arg=-XX:+UseCompactObjectHeaders\n")
        .contains("arg=--add-modules=jdk.incubator.vector\n")
        .containsSubsequence("arg=-Xmx1g\n", "arg=-Xmx8g\narg=-Da=b\n");
    assertThat(status)
        .contains("arg=-XX:+UseSerialGC\n", "arg=-XX:TieredStopAtLevel=1\n", "arg=-Xmx8g\n")
        .doesNotContain("UseG1GC", "--add-modules");
  }

  @Test
  void nodeStartsWithWhatItsInstallationHasLearntUnlessItIsToLearn() throws Exception {
    fakeJdk(root.resolve("usr/lib/jvm/jdk-25"), "25.0.1");
    var before = launch("serve").output();
    Files.createFile(home.resolve("lib/quiver.aot"));
    var use = "arg=-XX:AOTCache=" + home.toRealPath() + "/lib/quiver.aot\n";

    assertThat(before).doesNotContain("AOTCache");
    assertThat(launch("serve").output()).contains(use);
    assertThat(launch("status").output()).doesNotContain("AOTCache");
    environment.put("QUIVER_JAVA_OPTIONS", "-XX:AOTCacheOutput=new.aot");
    assertThat(launch("serve").output())
        .contains("arg=-XX:AOTCacheOutput=new.aot\n")
        .doesNotContain("arg=-XX:AOTCache=");
  }

  @Test
  void nodeAsksForHugePagesWhereTheSystemHasThem() throws Exception {
    fakeJdk(root.resolve("usr/lib/jvm/jdk-25"), "25.0.1");
    var setting = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
    boolean thereAreSome = Files.exists(setting) && !Files.readString(setting).contains("[never]");

    assertThat(launch("serve").output().contains("arg=-XX:+UseTransparentHugePages\n"))
        .isEqualTo(thereAreSome);
  }

  @Test
  void flagsAreThoseOfTheBuild() throws Exception {
    fakeJdk(root.resolve("usr/lib/jvm/jdk-25"), "25.0.1");

    var output = launch("serve").output();

    for (var flag : System.getProperty("jvm.flags").split(" ", -1)) {
      assertThat(output).contains("arg=" + flag + "\n");
    }
  }

  @Test
  void checkoutBuildsWhatIsMissingOrOlderThanItsSources() throws Exception {
    fakeJdk(root.resolve("usr/lib/jvm/jdk-25"), "25.0.1");
    var checkout = fakeCheckout();
    fakeMaven(checkout);

    var first = run(Path.of("/"), checkout.resolve("deploy/quiver"), "--version");
    var second = run(Path.of("/"), checkout.resolve("deploy/quiver"), "--version");
    age(checkout);
    Files.writeString(checkout.resolve("raft/src/main/New.java"), "");
    var third = run(Path.of("/"), checkout.resolve("deploy/quiver"), "--version");
    age(checkout);
    Files.delete(checkout.resolve("raft/src/main/New.java"));
    var fourth = run(Path.of("/"), checkout.resolve("deploy/quiver"), "--version");

    assertThat(first.output())
        .contains("quiver: building the distribution", "[INFO] Building Quiver core\n")
        .doesNotContain("not of interest")
        .endsWith("arg=--version\n");
    assertThat(second.output()).startsWith("jdk=jdk-25\n");
    assertThat(third.output()).contains("quiver: building the distribution");
    assertThat(fourth.output()).contains("quiver: building the distribution");
  }

  @Test
  void checkoutWithoutMavenSaysWhatToDo() throws Exception {
    fakeJdk(root.resolve("usr/lib/jvm/jdk-25"), "25.0.1");

    var run = run(Path.of("/"), fakeCheckout().resolve("deploy/quiver"), "--version");

    assertThat(run.exit()).isEqualTo(69);
    assertThat(run.output()).contains("no mvn on the PATH", "apt-get install maven");
  }

  @Test
  void failedBuildIsShownAndNothingRuns() throws Exception {
    fakeJdk(root.resolve("usr/lib/jvm/jdk-25"), "25.0.1");
    var checkout = fakeCheckout();
    script(folder.resolve("tools/mvn"), "echo '[ERROR] it broke'; exit 1");

    var run = run(Path.of("/"), checkout.resolve("deploy/quiver"), "--version");

    assertThat(run.exit()).isEqualTo(70);
    assertThat(run.output())
        .contains("[ERROR] it broke", "the build failed; see")
        .doesNotContain("arg=");
  }

  private record Run(int exit, String output) {}

  private Run launch(String... arguments) throws Exception {
    return run(folder, home.resolve("bin/quiver"), arguments);
  }

  private Run run(Path workingFolder, Path script, String... arguments) throws Exception {
    var command = Stream.concat(Stream.of(script.toString()), Stream.of(arguments)).toList();
    var builder =
        new ProcessBuilder(command).directory(workingFolder.toFile()).redirectErrorStream(true);
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("JAVA") || name.startsWith("QUIVER"));
    builder.environment().putAll(environment);
    var process = builder.start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), output);
  }

  private static Path fakeJdk(Path jdk, String version) throws IOException {
    script(
        jdk.resolve("bin/java"),
        "echo \"jdk=" + jdk.getFileName() + "\"; for a in \"$@\"; do echo \"arg=$a\"; done");
    script(jdk.resolve("bin/javac"), "exit 1");
    Files.writeString(
        jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    return jdk;
  }

  /// A checkout with the launchers as they are, and a source or two.
  private Path fakeCheckout() throws IOException {
    var checkout = folder.resolve("a checkout");
    copyScripts(checkout.resolve("deploy/src/main/bin"));
    copy(SOURCES.resolve("../../../quiver").normalize(), checkout.resolve("deploy/quiver"));
    Files.createFile(checkout.resolve("pom.xml"));
    for (var module : List.of("core", "raft", "client", "node", "deploy")) {
      Files.createDirectories(checkout.resolve(module).resolve("src/main"));
      Files.createFile(checkout.resolve(module).resolve("pom.xml"));
    }
    return checkout;
  }

  private void fakeMaven(Path checkout) throws IOException {
    var built = checkout.resolve("deploy/target/quiver-1.2/quiver-1.2");
    script(
        folder.resolve("tools/mvn"),
        "echo '[INFO] not of interest'; echo '[INFO] Building Quiver core'",
        "mkdir -p '" + built + "'",
        "cp -R '" + home + "/.' '" + built + "'",
        "touch '" + checkout + "/deploy/target/quiver-1.2.tar.gz'");
  }

  /// Makes all files old, the archive a little less.
  private static void age(Path checkout) throws IOException {
    try (var files = Files.walk(checkout)) {
      for (var file : files.toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
      }
    }
    Files.setLastModifiedTime(
        checkout.resolve("deploy/target/quiver-1.2.tar.gz"),
        FileTime.from(Instant.now().minus(Duration.ofHours(1))));
  }

  private static void script(Path file, String... lines) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void copyScripts(Path target) throws IOException {
    for (var name : List.of("quiver", "find-jdk.sh")) {
      copy(SOURCES.resolve(name), target.resolve(name));
    }
  }

  private static void copy(Path source, Path target) throws IOException {
    Files.createDirectories(target.getParent());
    Files.copy(source, target);
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /// A folder with the few tools that the scripts use, and no java and no mvn.
  private String pathWithoutJava() throws IOException {
    var tools = folder.resolve("tools");
    for (var tool : TOOLS) {
      script(tools.resolve(tool), "exec " + locate(tool) + " \"$@\"");
    }
    return tools.toString();
  }

  private static Path locate(String tool) {
    return Stream.of("/bin", "/usr/bin")
        .map(bin -> Path.of(bin, tool))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }

  private static void deleteTree(Path tree) throws IOException {
    try (var files = Files.walk(tree)) {
      for (var file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }
}
