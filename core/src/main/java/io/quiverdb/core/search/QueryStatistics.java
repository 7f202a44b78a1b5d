package io.quiverdb.core.search;

import io.quiverdb.core.Filter;
import io.quiverdb.core.SegmentPlan;
import io.quiverdb.core.Settings;
import io.quiverdb.core.Settings.FilterableField;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/// What one query did. Filled while it runs; for one thread.
public final class QueryStatistics {
  private final SortedSet<String> undeclaredFields = new TreeSet<>();
  private long rowsVisited;
  private long payloadsEvaluated;
  private final List<SegmentPlan> plans = new ArrayList<>();
  private final LongSupplier nanoClock;

  /// Without times.
  public QueryStatistics() {
    this(() -> 0);
  }

  /// @param nanoClock like [System#nanoTime]
  public QueryStatistics(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /// Of a search: how it went over each run of rows, the oldest first.
  public List<SegmentPlan> plans() {
    return List.copyOf(plans);
  }

  /// Fields of the filter that are not filterable: they are evaluated on payloads.
  public SortedSet<String> undeclaredFields() {
    return new TreeSet<>(undeclaredFields);
  }

  /// Rows that no index ruled out.
  public long rowsVisited() {
    return rowsVisited;
  }

  /// Rows among them whose payload had to be read to decide.
  public long payloadsEvaluated() {
    return payloadsEvaluated;
  }

  /// Notes what of `filter` is not declared.
  public void noteFields(Filter filter, Settings settings) {
    undeclaredFields.addAll(undeclaredFields(filter, settings));
  }

  /// The fields of `filter` that `settings` do not declare.
  public static SortedSet<String> undeclaredFields(Filter filter, Settings settings) {
    var undeclared = new TreeSet<>(filter.paths());
    undeclared.removeAll(
        settings.filterableFields().stream()
            .map(FilterableField::path)
            .collect(Collectors.toSet()));
    return undeclared;
  }

  void countRow() {
    rowsVisited++;
  }

  void countRows(long count) {
    rowsVisited += count;
  }

  long nanoTime() {
    return nanoClock.getAsLong();
  }

  void addPlan(SegmentPlan plan) {
    plans.add(plan);
  }

  void countPayload() {
    payloadsEvaluated++;
  }
}
