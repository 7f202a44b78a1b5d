package io.quiverdb.node.api;

import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.Query;
import io.quiverdb.node.routing.AnswerMemory;
import java.time.Duration;

/// What a call may ask for. More is refused, never cut down.
///
/// @param dimensionMax of a collection
/// @param payloadBytesMax of a point
/// @param idBytesMax of a point's id, as UTF-8
/// @param kMax hits of a search, points of a scan's page and ids of a get
/// @param requestBytesMax of a request's body
/// @param responseBytesMax of an answer
/// @param answersBytesMax of memory for answers of many points, from when they are made until they
///   have left
/// @param reading how long a caller may take to read such an answer
public record Limits(
    int dimensionMax,
    int payloadBytesMax,
    int idBytesMax,
    int kMax,
    int requestBytesMax,
    int responseBytesMax,
    long answersBytesMax,
    Duration reading) {
  public static final Limits STANDARD =
      new Limits(
          Descriptor.DIMENSION_MAX,
          Payload.BYTES_MAX,
          Point.ID_BYTES_MAX,
          Query.K_MAX,
          16 << 20,
          64 << 20,
          AnswerMemory.standardBytes(),
          Duration.ofMinutes(1));
}
