package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.KillTarget.Content;
import io.quiverdb.core.KillTarget.Written;
import io.quiverdb.core.storage.Seed;
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
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills a process that writes, with SIGKILL, again and again: `-Dquiver.kill.rounds=N` sets how
/// often.
final class StoreKillTest {
  private static final int ROUNDS = Integer.getInteger("quiver.kill.rounds", 20);

  @TempDir private Path folder;

  /// After each kill the store is looked at in a copy, so that the next process has to recover from
  /// the same bytes, and may be killed while it does.
  @Test
  void whatAKilledProcessAcknowledgedIsThereAndNothingElse() throws Exception {
    long seed = Seed.draw();
    var random = new SplittableRandom(seed);
    var keyFile = folder.resolve("master.key");
    var _ = MasterKey.createFile(keyFile, new SecureRandom());
    var done = new long[KillTarget.WRITERS];
    long acknowledged = 0;
    for (int round = 0; round < ROUNDS; round++) {
      var before = done.clone();
      runUntilKilled(keyFile, seed, done, random.nextInt(1, 400));
      acknowledged += LongStream.of(done).sum() - LongStream.of(before).sum();
      verify(keyFile, seed, done, round);
    }
    System.out.println("kills: " + ROUNDS + ", acknowledged: " + acknowledged + ", failures: 0");
    assertThat(acknowledged).isPositive();
  }

  /// @param done of each writer, the steps done: counts on with each acknowledgement
  private void runUntilKilled(Path keyFile, long seed, long[] done, int lines) throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-ea", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(KillTarget.class.getName());
    command.addAll(List.of(data().toString(), keyFile.toString(), Long.toString(seed)));
    LongStream.of(done).forEach(steps -> command.add(Long.toString(steps)));
    var errors = folder.resolve("errors.txt").toFile();
    var process = new ProcessBuilder(command).redirectError(Redirect.to(errors)).start();
    int read = 0;
    try (var output = process.inputReader()) {
      for (var line = output.readLine(); line != null; line = output.readLine()) {
        if (line.matches("\\d+ \\d+")) {
          int writer = Integer.parseInt(line.substring(0, line.indexOf(' ')));
          done[writer] = Long.parseLong(line.substring(line.indexOf(' ') + 1));
          if (++read == lines) {
            // Not Process.destroyForcibly, which closes the pipe: what it has said is still read.
            var _ = process.toHandle().destroyForcibly();
          }
        }
      }
    } finally {
      var _ = process.destroyForcibly().waitFor();
    }
    assertThat(read).as(() -> read(errors.toPath())).isGreaterThanOrEqualTo(lines);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private Path data() {
    return folder.resolve("data");
  }

  /// The step that was under way when the process died may have been done.
  private void verify(Path keyFile, long seed, long[] done, int round) throws IOException {
    var copy = folder.resolve("copy-" + round);
    copy(data(), copy);
    try (var store = Store.open(copy, MasterKey.ofFile(keyFile), StoreOptions.standard())) {
      for (int writer = 0; writer < KillTarget.WRITERS; writer++) {
        var content = contentAfter(seed, writer, done[writer]);
        var actual = read(store, writer);
        if (!actual.equals(content)) {
          content = KillTarget.step(seed, writer, done[writer], content, Optional.empty());
          done[writer]++;
        }
        assertThat(actual).as("round %d, writer %d", round, writer).isEqualTo(content);
      }
      assertThat(store.verify().damages()).isEmpty();
    }
    delete(copy);
  }

  private static Content contentAfter(long seed, int writer, long steps) {
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
