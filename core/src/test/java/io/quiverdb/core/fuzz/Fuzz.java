package io.quiverdb.core.fuzz;

import io.quiverdb.core.storage.Seed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/// Feeds a decoder with its corpus and with many inputs made from it.
///
/// `-Dquiver.fuzz.inputs=N` makes N of them, `-Dquiver.seed=N` the same ones again. An input that
/// does harm is printed, and belongs into the corpus: a file of `fuzz/NAME` in the test resources.
public final class Fuzz {
  private static final String INPUTS = "quiver.fuzz.inputs";

  /// What is fed. Throws what it may not only.
  public interface Target {
    void accept(byte[] input) throws Exception;
  }

  private Fuzz() {}

  /// The files of a corpus.
  public static List<byte[]> corpus(Class<?> test, String name) {
    var resource = Objects.requireNonNull(test.getResource("/fuzz/" + name), name);
    try (var files = Files.list(Path.of(resource.toURI()))) {
      List<byte[]> corpus = new ArrayList<>();
      for (var file : files.sorted().toList()) {
        corpus.add(Files.readAllBytes(file));
      }
      return corpus;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /// @param words that mean something in the language of the corpus
  /// @param inputs how many, unless the property says otherwise
  public static void run(List<byte[]> corpus, List<String> words, int inputs, Target target) {
    for (var input : corpus) {
      feed(target, input);
    }
    var mutator = new Mutator(new SplittableRandom(Seed.draw()), corpus, words);
    int count = Integer.getInteger(INPUTS, inputs);
    for (int input = 0; input < count; input++) {
      feed(target, mutator.next());
    }
  }

  @SuppressWarnings("CatchingUnchecked") // whatever it is, the input is to be known
  private static void feed(Target target, byte[] input) {
    try {
      target.accept(input);
    } catch (Exception | Error e) {
      throw new AssertionError("input: " + Base64.getEncoder().encodeToString(input), e);
    }
  }
}
