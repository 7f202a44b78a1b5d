package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.format.FileHeader;
import io.quiverdb.core.format.PageFormat;
import io.quiverdb.core.storage.SimulatedStorage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/// Rows on a page of ids that is sound by its checksum and makes no sense: written by a fault of
/// the program, say. Verification names what is wrong.
final class SenselessRowsTest {
  /// As [io.quiverdb.core.segment.IdPage] has it.
  private static final int ROW_OFFSETS = 2;

  private static final int VERSION = 0;
  private static final int HASH = 8;
  private static final int ID_LENGTH = 36;
  private static final int ID = 38;

  private static final int BODY = FileHeader.BYTES + PageFormat.HEADER_BYTES;
  private static final int CHECKSUM = BODY - Integer.BYTES;

  private final SimulatedStorage storage = new SimulatedStorage();
  private final KeyRing keyRing = KeyRing.plain(new SecureRandom());

  @Test
  void rowsAreAsTheyWereWritten() {
    assertThat(faultsAfter(_ -> {})).isEmpty();
  }

  @Test
  void versionBeforeTheFirst() {
    assertThat(faultsAfter(file -> file.putLong(row(file, 1) + VERSION, 0)))
        .contains("version of row 1");
  }

  @Test
  void versionOfNoOperationYet() {
    assertThat(faultsAfter(file -> file.putLong(row(file, 1) + VERSION, 1_000)))
        .contains("version of row 1");
  }

  @Test
  void hashOfAnotherRow() {
    assertThat(faultsAfter(file -> file.putLong(row(file, 1) + HASH, 7)))
        .contains("hash of the row of row 1");
  }

  @Test
  void idsOutOfOrder() {
    assertThat(faultsAfter(file -> file.put(row(file, 1) + ID, (byte) 'z')))
        .contains("order of ids of row 2");
  }

  @Test
  void sameIdTwice() {
    assertThat(faultsAfter(file -> file.put(row(file, 1) + ID, (byte) 'a')))
        .contains("order of ids of row 1");
  }

  @Test
  void idWithoutAByte() {
    assertThat(faultsAfter(file -> file.putShort(row(file, 0) + ID_LENGTH, (short) 0)))
        .isNotEmpty();
  }

  private static int row(ByteBuffer file, int index) {
    return BODY + file.getShort(BODY + ROW_OFFSETS + index * Short.BYTES);
  }

  /// What verification looked at when it found something wrong.
  private List<String> faultsAfter(Consumer<ByteBuffer> change) {
    try (var store = Store.openWithKeyRing(storage, keyRing, StoreOptions.standard())) {
      store.createCollection("docs", new Descriptor(2, Metric.L2_SQUARED), Settings.NONE);
      var _ = store.upsertBatch("docs", List.of(point("a"), point("b"), point("c")));
      store.checkpoint();
    }
    String path =
        storage.files().stream().filter(one -> one.endsWith(".ids")).findFirst().orElseThrow();
    var file = ByteBuffer.wrap(storage.content(path)).order(ByteOrder.LITTLE_ENDIAN);
    change.accept(file);
    file.putInt(CHECKSUM, checksum(file.array()));
    storage.overwrite(path, file.array());
    return Store.verify(storage, StoreOptions.standard(), keyRing).damages().stream()
        .map(Damage::what)
        .toList();
  }

  /// Of the only page.
  private static int checksum(byte[] file) {
    var crc = new CRC32C();
    crc.update(file, FileHeader.BYTES, PageFormat.HEADER_BYTES - Integer.BYTES);
    crc.update(file, BODY, file.length - BODY);
    return (int) crc.getValue();
  }

  private static Point point(String id) {
    return new Point(id, Vector.of(1, 2), Payload.EMPTY, Optional.empty());
  }
}
