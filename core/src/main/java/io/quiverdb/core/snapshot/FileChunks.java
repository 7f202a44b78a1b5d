package io.quiverdb.core.snapshot;

import io.quiverdb.core.storage.ReadableFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Goes through a file in pieces: it may be longer than a buffer can be.
final class FileChunks {
  private static final long CHUNK_BYTES = 1 << 20;

  private FileChunks() {}

  @FunctionalInterface
  interface Consumer {
    void accept(ByteBuffer chunk) throws IOException;
  }

  static void forEach(ReadableFile file, Consumer consumer) throws IOException {
    var bytes = file.bytes();
    for (long offset = 0; offset < bytes.byteSize(); offset += CHUNK_BYTES) {
      long chunkBytes = Math.min(CHUNK_BYTES, bytes.byteSize() - offset);
      consumer.accept(bytes.asSlice(offset, chunkBytes).asByteBuffer());
    }
  }
}
