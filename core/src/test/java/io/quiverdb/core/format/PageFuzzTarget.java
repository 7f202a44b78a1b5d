package io.quiverdb.core.format;

import io.quiverdb.core.StoreException;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.fuzz.Bounded;
import io.quiverdb.core.fuzz.FuzzedInput;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/// A file of pages. The input:
///
/// | bytes | field                                                                     |
/// |------:|---------------------------------------------------------------------------|
/// |     1 | bit 0: encrypted; bit 1: with changes of the file's header                |
/// |   124 | if so: what the header is changed by, bitwise                             |
/// |       | pages: 28 bytes of header, 480 of plain body                              |
///
/// Their checksums and seals are made here, so that what lies below them is reached.
public final class PageFuzzTarget {
  private static final String FILE = "file";
  private static final long FILE_ID = 7;
  private static final int PAGE_BYTES = 512;
  private static final int BOUND_BYTES = PageFormat.HEADER_BYTES - Integer.BYTES;
  private static final int BODY_BYTES = PAGE_BYTES - PageFormat.HEADER_BYTES;
  private static final int HEADER_CRC_OFFSET = FileHeader.BYTES - Integer.BYTES;
  private static final PageCodec AES = TestKeys.SHARED.codec();

  private PageFuzzTarget() {}

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    var fields = new FuzzedInput(input);
    int mode = fields.oneByte();
    PageCodec codec = (mode & 1) == 0 ? PlainCodec.INSTANCE : AES;
    var fileCodec = codec.newFile(PageType.IDS.code(), FILE_ID);
    byte[] header = FileHeader.encode(codec, PageType.IDS, FILE_ID, fileCodec);
    if ((mode & 2) != 0) {
      change(header, fields.upTo(HEADER_CRC_OFFSET));
    }
    var file = ByteBuffer.allocate(FileHeader.BYTES + input.length + 32 * (PAGE_BYTES + 16));
    file.put(header);
    for (int page = 0; page < 32 && !fields.isAtEnd(); page++) {
      var bound = MemorySegment.ofArray(Arrays.copyOf(fields.upTo(BOUND_BYTES), BOUND_BYTES));
      var body = MemorySegment.ofArray(Arrays.copyOf(fields.upTo(BODY_BYTES), BODY_BYTES));
      var sealed = new byte[BODY_BYTES + codec.pageOverheadBytes()];
      fileCodec.seal(page, bound, body, MemorySegment.ofArray(sealed));
      var crc = new CRC32C();
      crc.update(bound.asByteBuffer());
      crc.update(sealed);
      file.put(bound.asByteBuffer());
      file.order(ByteOrder.LITTLE_ENDIAN).putInt((int) crc.getValue()).put(sealed);
    }
    var content = Arrays.copyOf(file.array(), file.position());
    Bounded.run(input, () -> decode(content, codec));
  }

  private static void change(byte[] header, byte[] change) {
    for (int index = 0; index < change.length; index++) {
      header[index] ^= change[index];
    }
    var crc = new CRC32C();
    crc.update(header, 0, HEADER_CRC_OFFSET);
    ByteBuffer.wrap(header)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(HEADER_CRC_OFFSET, (int) crc.getValue());
  }

  private static void decode(byte[] content, PageCodec codec) throws IOException {
    var storage = new SimulatedStorage();
    try (var file = storage.create(FILE)) {
      file.append(ByteBuffer.wrap(content));
    }
    try (var arena = Arena.ofConfined()) {
      decode(
          PageFile.open(
              storage,
              FILE,
              content.length,
              FILE_ID,
              PageType.IDS,
              PAGE_BYTES,
              codec,
              PageCache.NONE,
              arena));
    } catch (StoreException _) {
      // As it should be.
    }
  }

  private static void decode(PageFile pages) {
    for (int page = 0; page < pages.pageCount(); page++) {
      try {
        long _ = pages.body(page).byteSize();
      } catch (StoreException _) {
        // As it should be.
      }
    }
  }
}
