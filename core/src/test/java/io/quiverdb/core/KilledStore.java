package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.KillTarget.Content;
import io.quiverdb.core.KillTarget.Written;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.stream.LongStream;

/// A store whose process, a [KillTarget], is killed again and again, and what that process has
/// acknowledged in all its lives.
final class KilledStore {
  private final Path folder;
  private final Path keyFile;
  private final long seed;
  private final List<String> jvmOptions;
  private final long[] done;
  private int round;

  /// @param folder holds the data under `data`
  /// @param seed of the writers' scripts
  /// @param jvmOptions for the process
  KilledStore(Path folder, long seed, int writers, List<String> jvmOptions) {
    this.folder = folder;
    this.keyFile = folder.resolve("master.key");
    this.seed = seed;
    this.jvmOptions = jvmOptions;
    this.done = new long[writers];
    var _ = MasterKey.createFile(keyFile, new SecureRandom());
  }

  Path data() {
    return folder.resolve("data");
  }

  /// Steps, of all writers.
  long acknowledged() {
    return LongStream.of(done).sum();
  }

  /// Lets the process write, and kills it with SIGKILL.
  ///
  /// @param enough asked all the time, with the steps that this process has acknowledged
  void runUntilKilled(IntPredicate enough) throws IOException, InterruptedException {
    var errors = folder.resolve("errors.txt");
    var process = new ProcessBuilder(command()).redirectError(Redirect.to(errors.toFile())).start();
    var acknowledged = new AtomicInteger();
    var killer = Thread.ofVirtual().start(() -> killWhen(enough, acknowledged, process));
    try (var output = process.inputReader()) {
      for (var line = output.readLine(); line != null; line = output.readLine()) {
        if (line.matches("\\d+ \\d+")) {
          int writer = Integer.parseInt(line.substring(0, line.indexOf(' ')));
          done[writer] = Long.parseLong(line.substring(line.indexOf(' ') + 1));
          var _ = acknowledged.incrementAndGet();
        }
      }
    } finally {
      var _ = process.destroyForcibly().waitFor();
      killer.join();
    }
    assertThat(enough.test(acknowledged.get()))
        .as(() -> "it has ended by itself: " + read(errors))
        .isTrue();
    round++;
  }

  private static void killWhen(IntPredicate enough, AtomicInteger acknowledged, Process process) {
    while (process.isAlive() && !enough.test(acknowledged.get())) {
      try {
        Thread.sleep(1);
      } catch (InterruptedException _) {
        break;
      }
    }
    // Not Process.destroyForcibly, which closes the pipe: what it has said is still read.
    var _ = process.toHandle().destroyForcibly();
  }

  private List<String> command() {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-ea"));
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(KillTarget.class.getName());
    command.addAll(List.of(data().toString(), keyFile.toString(), Long.toString(seed)));
    LongStream.of(done).forEach(steps -> command.add(Long.toString(steps)));
    return command;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /// All that was acknowledged is there, and nothing else: only, of each writer, the step that was
  /// under way when the process died may have been done.
  ///
  /// The store is looked at in a copy, so that the next process has to recover from the same bytes,
  /// and may be killed while it does.
  void verify() throws IOException {
    var copy = folder.resolve("copy");
    copy(data(), copy);
    try (var store = Store.open(copy, MasterKey.ofFile(keyFile), StoreOptions.standard())) {
      for (int writer = 0; writer < done.length; writer++) {
        var content = contentAfter(writer, done[writer]);
        var actual = read(store, writer);
        if (!actual.equals(content)) {
          content = KillTarget.step(seed, writer, done[writer], content, Optional.empty());
          done[writer]++;
        }
        assertThat(actual).as("round %d, writer %d", round, writer).isEqualTo(content);
      }
      assertThat(store.verify().damages()).isEmpty();
    } finally {
      delete(copy);
    }
  }

  private Content contentAfter(int writer, long steps) {
    var content = Content.NOTHING;
    for (long step = 0; step < steps; step++) {
      content = KillTarget.step(seed, writer, step, content, Optional.empty());
    }
    return content;
  }

  private static Content read(Store store, int writer) {
    return new Content(
        read(store, KillTarget.mainName(writer)).orElseGet(TreeMap::new),
        read(store, KillTarget.secondName(writer)));
  }

  private static Optional<Map<String, Written>> read(Store store, String name) {
    return store.collectionId(name).stream()
        .boxed()
        .findAny()
        .map(
            _ -> {
              Map<String, Written> points = new TreeMap<>();
              store
                  .scan(name, Optional.empty())
                  .forEach(point -> points.put(point.id(), written(point)));
              return points;
            });
  }

  private static Written written(StoredPoint point) {
    long vectorStep = (long) point.vector().get(0);
    assertThat(point.vector()).isEqualTo(KillTarget.vector(vectorStep));
    String payload = new String(point.payload().toBytes(), StandardCharsets.UTF_8);
    long payloadStep = Long.parseLong(payload.replaceAll("\\D", ""));
    assertThat(point.payload()).isEqualTo(KillTarget.payload(payloadStep));
    return new Written(vectorStep, payloadStep);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var paths = Files.walk(from)) {
      for (var path : paths.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    try (var paths = Files.walk(directory)) {
      for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
