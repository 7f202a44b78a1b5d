package io.quiverdb.core.log;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.quiverdb.core.StoreException;
import io.quiverdb.core.crypto.FileCodec;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.fuzz.Bounded;
import io.quiverdb.core.fuzz.FuzzedInput;
import io.quiverdb.core.log.LogFormat.Header;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// A log of one file. The input:
///
/// | bytes | field                                                                            |
/// |------:|----------------------------------------------------------------------------------|
/// |     1 | bit 0: encrypted; bit 1: the file is cut                                         |
/// |     2 | if so: to how many bytes                                                         |
/// |       | frames: in 1 byte by how much the LSN is wrong, in 2 the length, plain entries   |
///
/// Their checksums, tags and seals are made here, so that what lies below them is reached.
public final class LogFuzzTarget {
  private static final long FILE_ID = 1;
  private static final PageCodec AES = TestKeys.SHARED.codec();

  private LogFuzzTarget() {}

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    var fields = new FuzzedInput(input);
    int mode = fields.oneByte();
    PageCodec codec = (mode & 1) == 0 ? PlainCodec.INSTANCE : AES;
    int lengthMax = (mode & 2) == 0 ? Integer.MAX_VALUE : fields.twoBytes();
    byte[] whole = file(codec, fields);
    byte[] content = whole.length <= lengthMax ? whole : Arrays.copyOf(whole, lengthMax);
    Bounded.run(input, () -> recover(content, codec));
  }

  private static byte[] file(PageCodec codec, FuzzedInput fields) {
    var fileCodec = codec.newFile(LogFormat.SEALED_TYPE, FILE_ID);
    var header =
        new Header(
            FILE_ID,
            FILE_ID,
            LogFormat.bytes(codec.scope().storeId()),
            0x1234_5678_9abc_def0L,
            ByteString.copyFrom(fileCodec.salt()),
            ByteString.copyFrom(fileCodec.check()),
            LogFormat.NO_TAG);
    var file = new ByteArrayOutputStream();
    file.writeBytes(header.encode());
    long lsn = FILE_ID;
    var tag = LogFormat.NO_TAG;
    for (long frame = 0; !fields.isAtEnd(); frame++) {
      long wrongBy = (byte) fields.oneByte();
      byte[] entries = fields.upTo(fields.twoBytes());
      byte[] bytes = new byte[frameBytes(entries, fileCodec)];
      tag =
          LogFormat.seal(
              header,
              frame,
              lsn + wrongBy,
              tag,
              MemorySegment.ofArray(entries),
              fileCodec,
              MemorySegment.ofArray(bytes));
      file.writeBytes(bytes);
      lsn += count(entries);
    }
    return file.toByteArray();
  }

  private static int frameBytes(byte[] entries, FileCodec codec) {
    return LogFormat.FRAME_HEADER_BYTES + entries.length + codec.overheadBytes();
  }

  private static int count(byte[] entries) {
    try {
      return EntryList.decode(ByteBuffer.wrap(entries)).size();
    } catch (InvalidProtocolBufferException _) {
      return 1;
    }
  }

  private static void recover(byte[] content, PageCodec codec) throws IOException {
    var storage = new SimulatedStorage();
    storage.createDirectories(LogFormat.DIRECTORY);
    try (var file = storage.create(LogFormat.path(FILE_ID))) {
      file.append(ByteBuffer.wrap(content));
    }
    var recovery = new LogRecovery(storage, codec, FILE_ID);
    var lastLsn = new long[] {FILE_ID - 1};
    try {
      recovery.run(
          (lsn, _) -> {
            if (lsn != ++lastLsn[0]) {
              throw new AssertionError("LSN " + lsn + " instead of " + lastLsn[0]);
            }
          });
    } catch (StoreException _) {
      return;
    }
    if (recovery.entryCount() != lastLsn[0] - FILE_ID + 1) {
      throw new AssertionError(recovery.entryCount() + " entries up to " + lastLsn[0]);
    }
  }
}
