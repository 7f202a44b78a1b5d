package io.quiverdb.core.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PageFormatTest {
  private static final long FILE_ID = 0x1122334455667788L;
  private static final int LIVE_BYTES = 100;
  private static final int PAGE_BYTES = 512;
  private static final PageCodec SEALING = TestKeys.SHARED.codec();

  @Test
  void pagesComeBackAsTheyWereWritten() throws IOException {
    var storage = storageWithPages(3);

    var file = open(storage, fileBytes(3), FILE_ID, PageType.IDS);

    assertThat(file.pageCount()).isEqualTo(3);
    for (int page = 0; page < 3; page++) {
      assertThat(file.body(page).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(body(page));
      assertThat(file.body(page).isReadOnly()).isTrue();
    }
  }

  @Test
  void pageThatRotsAfterItWasReadIsNamedWhenItIsReadAgain() {
    var address = new PageAddress(PageType.IDS.code(), FILE_ID, 1);
    var codec = SEALING.newFile(address.type(), FILE_ID);
    var page =
        MemorySegment.ofArray(
            new byte[PageFormat.HEADER_BYTES + LIVE_BYTES + codec.overheadBytes()]);
    PageFormat.seal(address, MemorySegment.ofArray(body(1)), LIVE_BYTES, codec, page);
    assertThat(PageFormat.reopen(address, page, codec, "file", 64).byteSize())
        .isEqualTo(LIVE_BYTES);

    page.set(ValueLayout.JAVA_BYTE, PageFormat.HEADER_BYTES + 5, (byte) 77);

    assertThatThrownBy(() -> PageFormat.reopen(address, page, codec, "file", 64))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage("file at 96: seal of the page is broken (expected: intact)");
  }

  @Test
  void headerIsAsSpecified() throws IOException {
    var content = storageWithPages(2).content("file");

    var header = Arrays.copyOfRange(content, fileBytes(1), fileBytes(1) + 28);

    assertThat(header)
        .asHexString()
        .isEqualTo(
            "51565047" + "0100" + "0300" + "0100000000000000" + "8877665544332211" + "64000000");
  }

  @ParameterizedTest
  @CsvSource({
    "0, magic is 475056ae",
    "3, magic",
    "4, 'format version is 254 (expected: 1)'",
    "5, format version",
    "6, 'page type is 252 (expected: 3)'",
    "7, page type",
    "27, 'live length is 4278190180 (expected: 0 to 480)'",
    "8, 'page number is 254 (expected: 1)'",
    "15, page number",
    "16, file id",
    "23, file id",
    "28, page checksum",
    "31, page checksum",
    "32, page checksum",
    "131, page checksum",
  })
  void firstThingWrongIsReported(int offset, String message) throws IOException {
    var storage = storageWithPages(2);
    var content = storage.content("file");
    content[fileBytes(1) + offset] ^= (byte) 0xff;
    storage.overwrite("file", content);

    var file = open(storage, fileBytes(2), FILE_ID, PageType.IDS);

    assertThatThrownBy(() -> file.body(1))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith("file at ")
        .hasMessageContaining(message);
    assertThat(file.body(0).byteSize()).isEqualTo(LIVE_BYTES);
  }

  @Test
  void checksAreInOrder() throws IOException {
    var storage = storageWithPages(1);
    var content = storage.content("file");
    int[] offsets = {32, 16, 8, 27, 6, 4, 0};
    String[] messages = {
      "page checksum",
      "file id",
      "page number",
      "live length",
      "page type",
      "format version",
      "magic"
    };

    for (int index = 0; index < offsets.length; index++) {
      content[FileHeader.BYTES + offsets[index]] ^= (byte) 0xff;
      storage.overwrite("file", content);

      var file = open(storage, fileBytes(1), FILE_ID, PageType.IDS);

      assertThatThrownBy(() -> file.body(0)).hasMessageContaining(messages[index]);
    }
  }

  @Test
  void bytesAfterTheLiveOnesCountToo() throws IOException {
    var storage = storageWithPages(1);
    var content = storage.content("file");
    content[FileHeader.BYTES + PageFormat.HEADER_BYTES + LIVE_BYTES] ^= 1;
    storage.overwrite("file", content);

    var file = open(storage, fileBytes(1), FILE_ID, PageType.IDS);

    assertThatThrownBy(() -> file.body(0)).hasMessageContaining("page checksum");
  }

  @Test
  void pageOfAnotherFileOrTypeIsRefused() throws IOException {
    var storage = storageWithPages(1);

    assertThatThrownBy(() -> open(storage, fileBytes(1), 7, PageType.IDS).body(0))
        .hasMessageContaining("file id is " + FILE_ID + " (expected: 7)");
    assertThatThrownBy(() -> open(storage, fileBytes(1), FILE_ID, PageType.VECTORS).body(0))
        .hasMessageContaining("page type is 3 (expected: 1)");
  }

  @Test
  void fileOfAnotherLengthIsRefused() throws IOException {
    var storage = storageWithPages(2);

    storage.overwrite("file", Arrays.copyOf(storage.content("file"), fileBytes(1)));

    assertThatThrownBy(() -> open(storage, fileBytes(2), FILE_ID, PageType.IDS))
        .hasMessage("file at 0: length is 640 (expected: 1152)");
  }

  @Test
  void missingFileIsDamage() {
    assertThatThrownBy(() -> open(new SimulatedStorage(), fileBytes(1), FILE_ID, PageType.IDS))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage("file at 0: file is missing (expected: present)");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 100_000})
  void blobComesBackAndEveryDamageIsNoticed(int blobBytes) throws IOException {
    var storage = new SimulatedStorage();
    var blob = new byte[blobBytes];
    Arrays.fill(blob, (byte) 5);
    long fileBytes =
        BlobFile.write(storage, "blob", PageType.WINDOW, 1, 2, blob, PlainCodec.INSTANCE);
    var content = storage.content("blob");

    assertThat(readBlob(storage)).isEqualTo(blob);
    assertThat(fileBytes).isEqualTo(content.length);

    for (int length = 0; length < content.length; length += 1 + length / 64) {
      storage.overwrite("blob", Arrays.copyOf(content, length));
      assertThatThrownBy(() -> readBlob(storage)).isInstanceOf(CorruptFileException.class);
    }
    for (int offset = 0; offset < content.length; offset += 1 + offset / 64) {
      var damaged = content.clone();
      damaged[offset] ^= 1;
      storage.overwrite("blob", damaged);
      assertThatThrownBy(() -> readBlob(storage)).isInstanceOf(CorruptFileException.class);
    }
    storage.overwrite("blob", Arrays.copyOf(content, content.length + 1));
    assertThatThrownBy(() -> readBlob(storage)).isInstanceOf(CorruptFileException.class);
  }

  @Test
  void sealThatDoesNotOpenIsNamed() throws IOException {
    var storage = new SimulatedStorage();
    BlobFile.write(storage, "blob", PageType.WINDOW, 1, 2, new byte[100], SEALING);
    byte[] content = storage.content("blob");
    content[content.length - 1] ^= 1;
    fixChecksum(content);
    storage.overwrite("blob", content);

    assertThatThrownBy(() -> BlobFile.read(storage.open("blob"), PageType.WINDOW, 1, 2, SEALING))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage("blob at 160: seal of the page is broken (expected: intact)");
  }

  @ParameterizedTest
  @CsvSource({"1, 16384", "4088, 16384", "4089, 32768", "8192, 49152"})
  void vectorPageHoldsAWholeVector(int dimension, int pageBytes) {
    assertThat(PageFormat.vectorPageBytes(dimension)).isEqualTo(pageBytes);
  }

  /// Of the only page of a file.
  private static void fixChecksum(byte[] content) {
    var crc = new CRC32C();
    crc.update(content, FileHeader.BYTES, PageFormat.HEADER_BYTES - Integer.BYTES);
    int bodyOffset = FileHeader.BYTES + PageFormat.HEADER_BYTES;
    crc.update(content, bodyOffset, content.length - bodyOffset);
    ByteBuffer.wrap(content)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(bodyOffset - Integer.BYTES, (int) crc.getValue());
  }

  private static int fileBytes(int pageCount) {
    return FileHeader.BYTES + pageCount * PAGE_BYTES;
  }

  private static byte[] readBlob(SimulatedStorage storage) throws IOException {
    return BlobFile.read(storage.open("blob"), PageType.WINDOW, 1, 2, PlainCodec.INSTANCE);
  }

  private static SimulatedStorage storageWithPages(int pageCount) throws IOException {
    var storage = new SimulatedStorage();
    try (var writer =
        new PageWriter(
            storage.create("file"), FILE_ID, PageType.IDS, PAGE_BYTES, PlainCodec.INSTANCE)) {
      for (int page = 0; page < pageCount; page++) {
        writer.body().asByteBuffer().put(body(page));
        writer.endPage(LIVE_BYTES);
      }
      assertThat(writer.finish()).isEqualTo(fileBytes(pageCount));
    }
    return storage;
  }

  private static PageFile open(SimulatedStorage storage, long fileBytes, long fileId, PageType type)
      throws IOException {
    return PageFile.open(
        storage,
        "file",
        fileBytes,
        fileId,
        type,
        PAGE_BYTES,
        PlainCodec.INSTANCE,
        PageCache.NONE,
        Arena.ofAuto());
  }

  private static byte[] body(int page) {
    var body = new byte[LIVE_BYTES];
    Arrays.fill(body, (byte) (page + 1));
    return body;
  }
}
