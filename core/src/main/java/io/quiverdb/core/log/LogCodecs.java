package io.quiverdb.core.log;

import com.google.protobuf.ByteString;
import io.quiverdb.core.crypto.FileCodec;
import io.quiverdb.core.crypto.PageCodec;

/// Gives each file of a log its own codec.
public interface LogCodecs {
  /// @param salt 32 random bytes of the file's own: the key is made from them
  FileCodec codec(long fileId, ByteString salt);

  /// Under the key of this codec.
  static LogCodecs of(PageCodec codec) {
    return (fileId, salt) -> codec.file(LogFormat.SEALED_TYPE, fileId, salt.toByteArray());
  }
}
