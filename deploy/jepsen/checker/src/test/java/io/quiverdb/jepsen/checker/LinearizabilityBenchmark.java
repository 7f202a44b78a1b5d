package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.history.HistoryReader;
import io.quiverdb.jepsen.history.HistoryWriter;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/// How long judging takes: `LinearizabilityBenchmark [threads]`. No test, as it asserts no time.
final class LinearizabilityBenchmark {
  private static final long SEED = 7;

  private LinearizabilityBenchmark() {}

  public static void main(String[] arguments) throws IOException {
    int threads = arguments.length == 0 ? 2 : Integer.parseInt(arguments[0]);
    System.out.printf("seed=%d threads=%d%n", SEED, threads);
    judge(threads, new ManyKeysSimulation.Settings(100_000, 1_000, 10, 10, 10));
    judge(threads, new ManyKeysSimulation.Settings(100_000, 1_000, 20, 2, 10));
    judge(threads, new ManyKeysSimulation.Settings(100_000, 100, 10, 1, 10));
    judge(threads, new ManyKeysSimulation.Settings(20_000, 20, 20, 1, 10));
    judge(threads, new ManyKeysSimulation.Settings(20_000, 20, 50, 1, 0));
    judge(threads, new ManyKeysSimulation.Settings(20_000, 1, 10, 1, 10));
  }

  private static void judge(int threads, ManyKeysSimulation.Settings settings) throws IOException {
    var history = new ManyKeysSimulation(new SplittableRandom(SEED), settings).run();
    var text = new StringWriter();
    try (var writer = new HistoryWriter(text)) {
      history.events().forEach(writer::write);
    }
    var checker = new LinearizabilityChecker(LinearizabilityChecker.DEFAULT_STATES_MAX, threads);

    var read = timed("read", () -> read(text.toString()));
    var finding = timed("judge", () -> checker.check(read));

    System.out.printf(
        "%s: %s, %d keys judged, %d unknown%n",
        settings, finding.verdict(), finding.judgedCount(), finding.unknown().size());
  }

  private static History read(String text) {
    try {
      return HistoryReader.read(new StringReader(text));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static <T> T timed(String what, Supplier<T> work) {
    long start = System.nanoTime();
    var result = work.get();
    System.out.printf("%s %.2f s  ", what, (System.nanoTime() - start) / 1e9);
    return result;
  }
}
