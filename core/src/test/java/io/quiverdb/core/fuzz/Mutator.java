package io.quiverdb.core.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/// Makes inputs out of a corpus as fuzzers do: a few small wrongs in something right.
final class Mutator {
  private static final int CHANGES_MAX = 6;
  private static final int BYTES_MAX = 64 * 1024;
  private static final long[] HARD_NUMBERS = {
    0,
    1,
    -1,
    0x7f,
    0x80,
    0xff,
    0x100,
    0xffff,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    0xffff_ffffL,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    1L << 53,
    (1L << 53) + 1
  };

  private final RandomGenerator random;
  private final List<byte[]> corpus;
  private final List<byte[]> words;

  /// @param corpus at least one
  /// @param words that mean something in the language of the corpus
  Mutator(RandomGenerator random, List<byte[]> corpus, List<String> words) {
    this.random = random;
    this.corpus = corpus;
    this.words = words.stream().map(word -> word.getBytes(StandardCharsets.UTF_8)).toList();
  }

  byte[] next() {
    byte[] input = one(corpus).clone();
    int changes = random.nextInt(1, CHANGES_MAX + 1);
    for (int change = 0; change < changes; change++) {
      input = changed(input);
    }
    return input.length <= BYTES_MAX ? input : Arrays.copyOf(input, BYTES_MAX);
  }

  private byte[] changed(byte[] input) {
    int from = random.nextInt(input.length + 1);
    int end = Math.min(input.length, from + random.nextInt(1, 17));
    byte[] middle = Arrays.copyOfRange(input, from, end);
    return switch (random.nextInt(words.isEmpty() ? 8 : 10)) {
      case 0 -> replaced(input, from, end, flipped(middle));
      case 1 -> replaced(input, from, end, new byte[0]);
      case 2 -> replaced(input, from, from, middle);
      case 3 -> replaced(input, from, end, randomBytes(end - from));
      case 4 -> replaced(input, from, Math.min(input.length, from + Integer.BYTES), number(4));
      case 5 -> replaced(input, from, Math.min(input.length, from + Long.BYTES), number(8));
      case 6 -> Arrays.copyOf(input, from);
      case 7 -> spliced(input, from);
      case 8 -> replaced(input, from, from, one(words));
      default -> replaced(input, from, end, one(words));
    };
  }

  private byte[] flipped(byte[] bytes) {
    if (bytes.length > 0) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
    }
    return bytes;
  }

  private byte[] randomBytes(int count) {
    var bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] number(int bytes) {
    long number = HARD_NUMBERS[random.nextInt(HARD_NUMBERS.length)];
    var buffer = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(number);
    return Arrays.copyOf(buffer.array(), bytes);
  }

  /// Goes on as another one does.
  private byte[] spliced(byte[] input, int from) {
    byte[] other = one(corpus);
    int otherFrom = random.nextInt(other.length + 1);
    return replaced(input, from, input.length, Arrays.copyOfRange(other, otherFrom, other.length));
  }

  private static byte[] replaced(byte[] input, int from, int end, byte[] by) {
    var output = new ByteArrayOutputStream();
    output.write(input, 0, from);
    output.writeBytes(by);
    output.write(input, end, input.length - end);
    return output.toByteArray();
  }

  private <T> T one(List<T> things) {
    return things.get(random.nextInt(things.size()));
  }
}
