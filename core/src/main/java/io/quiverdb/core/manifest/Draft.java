package io.quiverdb.core.manifest;

import java.util.List;

/// Files that are being written without the lock of publications: left alone until the draft is
/// closed, which comes after they were published or given up.
interface Draft extends AutoCloseable {
  /// Of their collection; may not be there yet.
  String directory();

  /// The paths of all that may be written to.
  List<String> files();

  @Override
  void close();
}
