package io.quiverdb.core.segment;

import io.quiverdb.core.format.PageFile.BodyCheck;
import java.util.Optional;

/// What the bodies of a segment's pages have to be like for no row to lead beyond them. What is
/// sealed and signed for can still make no sense.
final class PageShapes {
  private PageShapes() {}

  /// Whole vectors, as many as fit, and the rest on the last page.
  static BodyCheck vectors(int rowCount, int vectorsPerPage, int vectorBytes) {
    return filled((long) rowCount * vectorBytes, (long) vectorsPerPage * vectorBytes);
  }

  static BodyCheck payloads(long payloadBytes) {
    return filled(payloadBytes, Segment.BODY_BYTES);
  }

  /// @param pageBytes of a page that is full
  private static BodyCheck filled(long bytes, long pageBytes) {
    return (page, body) -> {
      long expectedBytes = Math.min(pageBytes, bytes - page * pageBytes);
      return body.byteSize() == expectedBytes
          ? Optional.empty()
          : Optional.of(body.byteSize() + " bytes instead of " + expectedBytes);
    };
  }

  /// @param directory of the segment
  static BodyCheck ids(SegmentDirectory directory) {
    return (page, body) -> {
      var idPage = new IdPage(body);
      return idPage
          .fault(directory.payloadBytes())
          .or(() -> countFault(directory.rowCount(page), idPage.rowCount()));
    };
  }

  private static Optional<String> countFault(int expected, int actual) {
    return actual == expected
        ? Optional.empty()
        : Optional.of(actual + " rows instead of " + expected);
  }

  /// Of a segment without directory.
  static BodyCheck ids(long payloadBytes) {
    return (_, body) -> new IdPage(body).fault(payloadBytes);
  }
}
