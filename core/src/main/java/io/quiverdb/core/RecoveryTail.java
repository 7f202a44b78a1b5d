package io.quiverdb.core;

import java.util.List;
import java.util.Optional;

/// The net change of a collection since a checkpoint. Brings an index that was published with that
/// checkpoint up to date: remove [#touched], then add [#live]. To be closed.
public final class RecoveryTail implements AutoCloseable {
  private final List<String> touched;
  private final CollectionView view;
  private final StoreView of;

  /// @param view as of the end
  /// @param of closed with this
  public RecoveryTail(List<String> touched, CollectionView view, StoreView of) {
    this.touched = List.copyOf(touched);
    this.view = view;
    this.of = of;
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

  /// Lets go of what [#view] and [#live] read.
  @Override
  public void close() {
    of.close();
  }
}
