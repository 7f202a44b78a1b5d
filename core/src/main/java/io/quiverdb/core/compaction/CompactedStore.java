package io.quiverdb.core.compaction;

import io.quiverdb.core.view.PinnedView;

/// A store as its compaction needs it.
public interface CompactedStore {
  /// The newest state, to be closed.
  PinnedView view();

  /// Of the newest state: all deaths up to it have been marked.
  long version();

  /// Carries over the last deaths of a merge that has been published, and puts its output in place
  /// of its inputs. If the collection was dropped meanwhile, nothing is done.
  void install(SegmentMerge merge);

  /// Whether a compaction that is under way is to be given up.
  boolean isStopping();
}
