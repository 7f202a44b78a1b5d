package io.quiverdb.core.search;

import io.quiverdb.core.Hit;
import io.quiverdb.core.Metric;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Query;
import io.quiverdb.core.Vector;
import io.quiverdb.core.rows.RowSource;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// Finds the nearest rows of a query by scoring every row.
public final class ExactSearch {
  private final Query query;
  private final Kernel kernel;
  private final RowFilter filter;
  private final TopK<Place> nearest;

  /// @param query of the dimension of all rows
  public ExactSearch(Query query, Metric metric, QueryStatistics statistics) {
    this.query = query;
    this.kernel = new Kernel(metric, query.vector(), Arithmetic.vectorSums());
    this.filter = new RowFilter(query.filter(), statistics);
    this.nearest = new TopK<>(query.k(), metric);
  }

  /// The name of what computes distances here.
  public static String kernel() {
    return Arithmetic.name();
  }

  /// The rows that a view as of `version` sees, nearest first, ties by ascending id.
  public List<Hit> run(List<? extends RowSource> sources, long version) {
    for (RowSource source : sources) {
      offerAll(source, version);
    }
    return nearest.nearestFirst().stream().map(this::hit).toList();
  }

  private void offerAll(RowSource source, long version) {
    var candidates = filter.inStoredOrder(source, version);
    var rows = candidates.row();
    while (candidates.next()) {
      float score = kernel.score(rows.vectors(), rows.vectorOffset());
      // Whether it matches last: reading a payload costs more than scoring a vector.
      if (nearest.wants(score, rows::id) && candidates.matches()) {
        nearest.add(score, rows.id(), new Place(source, rows.row()));
      }
    }
  }

  private Hit hit(TopK.Candidate<Place> candidate) {
    RowSource source = candidate.row().source;
    int row = candidate.row().row;
    return new Hit(
        new String(candidate.id(), StandardCharsets.UTF_8),
        candidate.score(),
        source.version(row),
        query.withPayload()
            ? Optional.of(Payload.of(source.payload(row).asByteBuffer()))
            : Optional.empty(),
        query.withVector()
            ? Optional.of(Vector.fromLittleEndian(source.vector(row).asByteBuffer()))
            : Optional.empty());
  }

  private record Place(RowSource source, int row) {}
}
