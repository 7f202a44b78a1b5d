package io.quiverdb.core;

/// How large the answer to a read has become: the ids, payloads and vectors of its points. Keeps
/// one read from taking all memory.
public final class AnswerSize {
  /// Far more than a reader can want at once; it is to page through what is larger.
  public static final long BYTES_MAX = 96 << 20;

  private long bytes;

  /// @throws AnswerTooLargeException if it is too large with a point of so many bytes
  public void add(long pointBytes) {
    bytes += pointBytes;
    if (bytes > BYTES_MAX) {
      throw new AnswerTooLargeException();
    }
  }

  public void add(StoredPoint point) {
    add(
        point.id().length()
            + (long) point.payload().length()
            + (long) point.vector().dimension() * Float.BYTES);
  }
}
