package io.quiverdb.core;

import java.util.List;
import java.util.Optional;

/// The net change of a collection since the last checkpoint. Brings an index that was published
/// with that checkpoint up to date: remove [#touched], then add [#live].
public final class RecoveryTail {
  private final List<String> touched;
  private final CollectionView view;

  /// @param view as of the end
  public RecoveryTail(List<String> touched, CollectionView view) {
    this.touched = List.copyOf(touched);
    this.view = view;
  }

  /// The ids that were written or deleted, each once, in the order of their UTF-8 bytes.
  public List<String> touched() {
    return touched;
  }

  /// Those of [#touched] that live at the end, with their last value, in the same order. Read as
  /// they are asked for.
  public Iterable<StoredPoint> live() {
    return () -> touched.stream().map(view::get).flatMap(Optional::stream).iterator();
  }

  /// The collection as of the end.
  public CollectionView view() {
    return view;
  }
}
