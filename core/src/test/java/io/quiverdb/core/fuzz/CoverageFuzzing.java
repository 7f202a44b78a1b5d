package io.quiverdb.core.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Fuzzes decoders one after the other with Jazzer, which is led by what code an input reaches;
/// each in a process of its own. Used by the profile `fuzz`.
public final class CoverageFuzzing {
  private static final int HANG_SECONDS = 120;
  private static final int INPUT_BYTES_MAX = 64 * 1024;

  private CoverageFuzzing() {}

  /// @param args seconds for each; folder of the corpora; folder for what is found; targets, as
  ///   corpus=class, with space between them
  public static void main(String[] args) throws IOException, InterruptedException {
    var corpora = Path.of(args[1]);
    var found = Path.of(args[2]);
    var failed = new ArrayList<String>();
    for (var target : args[3].strip().split("\\s+", -1)) {
      int separator = target.indexOf('=');
      String corpus = target.substring(0, separator);
      System.out.println("fuzzing " + corpus);
      var ownCorpus = Files.createDirectories(found.resolve(corpus));
      var command = new ArrayList<String>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(
          List.of(
              "-ea",
              "-Xmx1g",
              "--enable-native-access=ALL-UNNAMED",
              "--sun-misc-unsafe-memory-access=allow",
              "--add-modules=jdk.incubator.vector",
              "-XX:+EnableDynamicAgentLoading",
              "-cp",
              System.getProperty("java.class.path"),
              "com.code_intelligence.jazzer.Jazzer",
              "--target_class=" + target.substring(separator + 1),
              "--instrumentation_includes=io.quiverdb.**",
              "--reproducer_path=" + found,
              "-max_total_time=" + args[0],
              "-timeout=" + HANG_SECONDS,
              "-rss_limit_mb=0",
              "-max_len=" + INPUT_BYTES_MAX,
              "-print_final_stats=1",
              "-artifact_prefix=" + found + "/" + corpus + "-",
              ownCorpus.toString(),
              corpora.resolve(corpus).toString()));
      if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
        failed.add(corpus);
      }
    }
    if (!failed.isEmpty()) {
      System.out.println("fuzzing found inputs that do harm: " + failed + ", in " + found);
      System.exit(1);
    }
  }
}
