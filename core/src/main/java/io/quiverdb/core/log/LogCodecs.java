package io.quiverdb.core.log;

import com.google.protobuf.ByteString;
import io.quiverdb.core.crypto.PageCodec;

/// Gives each file of a log its own codec.
public interface LogCodecs {
  /// @param salt 32 random bytes of the file's own: the key is made from them
  PageCodec codec(long fileId, ByteString salt);
}
