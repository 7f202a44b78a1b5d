package io.quiverdb.core.secondary;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.Settings.FilterableField;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Of an index whose parts contradict each other, that is: look-ups would miss rows, or find
/// others.
final class SecondaryVerificationTest {
  private static final List<FilterableField> FIELDS =
      List.of(new FilterableField("n", FilterableField.Type.NUMERIC));

  /// Two blocks of keys, the second one of one key.
  private static final List<byte[]> PAYLOADS =
      IntStream.range(0, SecondaryFormat.FANOUT + 1)
          .mapToObj(row -> ("{\"n\":" + row + "}").getBytes(UTF_8))
          .toList();

  private static final int KEY_BYTES = 10;
  private static final int BLOCK_ENTRY_BYTES = SecondaryFormat.RUN_BYTES + Short.BYTES + KEY_BYTES;

  @Test
  void indexAsItWasWrittenIsRight() {
    assertThat(damages((_, _) -> {})).isEmpty();
  }

  @Test
  void unionThatIsOfOtherRowsIsNamed() {
    // The last node of the only level: a single row, which stands in place of a position.
    assertThat(
            damages(
                (stream, directory) ->
                    stream.putLong(
                        (int) directory.position() + directory.length() - SecondaryFormat.RUN_BYTES,
                        3)))
        .singleElement()
        .asString()
        .contains("index of \"n\", union 1 of level 1 is others");
  }

  @Test
  void directoryOfOtherKeysThanTheBlocksIsNamed() {
    int secondKey =
        Integer.BYTES + BLOCK_ENTRY_BYTES + SecondaryFormat.RUN_BYTES + Short.BYTES + KEY_BYTES - 1;
    assertThat(
            damages(
                (stream, directory) ->
                    stream.put((int) directory.position() + secondKey, (byte) 1)))
        .singleElement()
        .asString()
        .contains("index of \"n\", first key of block 1 is another");
  }

  @Test
  void keysOutOfOrderAreNamed() {
    assertThat(damages((stream, directory) -> exchangeKeys(stream, block(stream, directory), 5, 6)))
        .singleElement()
        .asString()
        .contains("index of \"n\", order of keys is not ascending");
  }

  @Test
  void keyOfARowBeyondTheSegmentIsNamed() {
    assertThat(
            damages(
                (stream, directory) ->
                    stream.putLong(block(stream, directory) + 5 * BLOCK_ENTRY_BYTES, 65)))
        .singleElement()
        .asString()
        .contains("index of \"n\", rows of a key is beyond (expected: below 65)");
  }

  /// Of the first block.
  private static int block(ByteBuffer stream, SecondaryFormat.Run directory) {
    return (int) stream.getLong((int) directory.position() + Integer.BYTES);
  }

  /// A block's entries: run of the rows, length of the key, key.
  private static void exchangeKeys(ByteBuffer stream, int block, int left, int right) {
    int leftKey = block + left * BLOCK_ENTRY_BYTES + SecondaryFormat.RUN_BYTES + Short.BYTES;
    int rightKey = block + right * BLOCK_ENTRY_BYTES + SecondaryFormat.RUN_BYTES + Short.BYTES;
    long before = stream.getLong(leftKey);
    stream.putLong(leftKey, stream.getLong(rightKey)).putLong(rightKey, before);
  }

  /// @param change of the index's stream, and where its directory is
  private static List<CorruptFileException> damages(
      BiConsumer<ByteBuffer, SecondaryFormat.Run> change) {
    byte[] stream = WrittenIndex.streamOf(PAYLOADS, FIELDS);
    var buffer = ByteBuffer.wrap(stream).order(ByteOrder.LITTLE_ENDIAN);
    int trailer = stream.length - SecondaryFormat.TRAILER_BYTES;
    var table = new byte[buffer.getInt(trailer + Long.BYTES)];
    buffer.get((int) buffer.getLong(trailer), table);
    change.accept(buffer, SecondaryFormat.decodeTable(table).getFirst().directory());

    var verification = SecondaryVerification.of(WrittenIndex.ofStream(stream));
    for (int row = 0; row < PAYLOADS.size(); row++) {
      verification.add(row, MemorySegment.ofArray(PAYLOADS.get(row)));
    }
    var damages = new ArrayList<CorruptFileException>();
    verification.finish(row -> MemorySegment.ofArray(PAYLOADS.get(row)), damages::add);
    return damages;
  }
}
