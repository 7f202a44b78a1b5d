package io.quiverdb.core.manifest;

import com.google.protobuf.ByteString;
import io.quiverdb.core.StoreException;
import io.quiverdb.core.fuzz.Bounded;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// The file `CURRENT`, with its checksum made here if it is long enough.
public final class CurrentFuzzTarget {
  private CurrentFuzzTarget() {}

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    byte[] content = input.clone();
    int crcOffset = content.length - Integer.BYTES;
    if (crcOffset >= 0) {
      var crc = new CRC32C();
      crc.update(content, 0, crcOffset);
      ByteBuffer.wrap(content)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putInt(crcOffset, (int) crc.getValue());
    }
    Bounded.run(input, () -> decode(content));
  }

  private static void decode(byte[] content) {
    Current current;
    try {
      current = CurrentFormat.decode("CURRENT", ByteString.copyFrom(content));
    } catch (StoreException _) {
      return;
    }
    String path = current.manifestPath();
    if (!ByteString.copyFrom(CurrentFormat.encode(current)).equals(ByteString.copyFrom(content))) {
      throw new AssertionError(path + " is encoded otherwise");
    }
  }
}
