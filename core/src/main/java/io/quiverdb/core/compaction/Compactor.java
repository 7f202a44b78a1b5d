package io.quiverdb.core.compaction;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.manifest.Manifest;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.manifest.SegmentDraft;
import io.quiverdb.core.rows.MergedRows;
import io.quiverdb.core.rows.RowCursor;
import io.quiverdb.core.rows.SegmentRows;
import io.quiverdb.core.segment.DeadRowsFile;
import io.quiverdb.core.segment.Segment;
import io.quiverdb.core.segment.SegmentRow;
import io.quiverdb.core.segment.SegmentSummary;
import io.quiverdb.core.segment.SegmentWriter;
import io.quiverdb.core.state.CollectionSnapshot;
import io.quiverdb.core.storage.Storage;
import io.quiverdb.core.view.PinnedView;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Merges segments of a store while it is read and written, one merge at a time.
///
/// What it publishes is as of the position of the live manifest, which it does not change: a row
/// that died after that position is still there, for what is replayed after a crash may need it.
///
/// An [IOException] leaves unknown which of two manifests is live: nothing is to be written after
/// it.
public final class Compactor {
  private static final Logger log = LoggerFactory.getLogger(Compactor.class);

  /// How often a merge looks whether it is to be given up.
  private static final int ROWS_BETWEEN_CHECKS = 1024;

  private final Storage storage;
  private final ManifestStore manifests;
  private final PageCache cache;
  private final ReentrantLock publishing;
  private final CompactedStore store;

  /// Held over a whole merge, and taken before `publishing`.
  private final ReentrantLock compacting = new ReentrantLock();

  /// @param publishing guards `manifests`; held only while a merge begins and while it is published
  public Compactor(
      Storage storage,
      ManifestStore manifests,
      PageCache cache,
      ReentrantLock publishing,
      CompactedStore store) {
    this.storage = storage;
    this.manifests = manifests;
    this.cache = cache;
    this.publishing = publishing;
    this.store = store;
  }

  /// Merges what the policy chooses, by tiers until there is nothing more to choose. A second
  /// caller waits.
  ///
  /// @return how many merges were published
  /// @throws CorruptFileException if an input does not hold what was written to it; the collections
  ///   that are intact have been merged
  public int compact(CompactionPolicy policy) throws IOException {
    int merges = 0;
    Optional<CorruptFileException> corrupt = Optional.empty();
    for (long collectionId : collectionIds()) {
      try {
        merges += compact(collectionId, policy);
      } catch (CorruptFileException e) {
        corrupt.ifPresent(e::addSuppressed);
        corrupt = Optional.of(e);
      }
    }
    if (corrupt.isPresent()) {
      throw corrupt.get();
    }
    return merges;
  }

  private List<Long> collectionIds() {
    try (var view = store.view()) {
      return view.snapshots().stream().map(collection -> collection.head().id()).toList();
    }
  }

  /// Does the same for one collection.
  public int compact(long collectionId, CompactionPolicy policy) throws IOException {
    compacting.lock();
    try {
      int merges = 0;
      while (compactOnce(collectionId, policy)) {
        merges++;
        if (policy == CompactionPolicy.ALL) {
          break; // Checkpoints meanwhile would let it go on for ever.
        }
      }
      return merges;
    } finally {
      compacting.unlock();
    }
  }

  /// Waits for a merge that is under way.
  public void awaitIdle() {
    compacting.lock();
    try {
      assert compacting.isHeldByCurrentThread();
    } finally {
      compacting.unlock();
    }
  }

  /// @return whether a merge was published
  private boolean compactOnce(long collectionId, CompactionPolicy policy) throws IOException {
    var planned = plan(collectionId, policy);
    return planned.isPresent() && run(planned.get());
  }

  private boolean run(Plan plan) throws IOException {
    try (plan) {
      var merged = merge(plan);
      if (merged.isEmpty()) {
        return false;
      }
      try (var merge = merged.get()) {
        // Most of the deaths are carried over here, where nobody waits for it.
        merge.carryDeaths(store.version());
        return publish(plan, merge);
      }
    }
  }

  /// @param view keeps the inputs open
  /// @param isWarm whether most of the inputs were in the cache, before they were read for this
  private record Plan(
      PinnedView view,
      SegmentDraft draft,
      long version,
      CollectionSnapshot collection,
      List<SegmentRows> inputs,
      boolean isWarm)
      implements AutoCloseable {
    PageCodec codec() {
      return collection.head().keys().codec();
    }

    @Override
    public void close() {
      draft.close();
      view.close();
    }
  }

  /// Empty if there is nothing to do.
  private Optional<Plan> plan(long collectionId, CompactionPolicy policy) {
    publishing.lock();
    try {
      if (store.isStopping() || !isInManifest(collectionId)) {
        return Optional.empty();
      }
      long version = manifests.live().map(Manifest::getOpCounter).orElse(0L);
      var view = store.view();
      var plan =
          view.snapshot(collectionId)
              .flatMap(
                  collection ->
                      policy
                          .choose(segments(collection), version, collection.head().settings())
                          .map(inputs -> plan(view, version, collection, inputs)));
      if (plan.isEmpty()) {
        view.close();
      }
      return plan;
    } finally {
      publishing.unlock();
    }
  }

  private Plan plan(
      PinnedView view, long version, CollectionSnapshot collection, List<SegmentRows> inputs) {
    var draft = manifests.draftSegment(collection.head().id());
    return new Plan(view, draft, version, collection, inputs, areWarm(inputs));
  }

  private static boolean areWarm(List<SegmentRows> inputs) {
    long rows = 0;
    long warmRows = 0;
    for (var input : inputs) {
      rows += input.rowCount();
      warmRows += input.segment().isWarm() ? input.rowCount() : 0;
    }
    return 2 * warmRows > rows;
  }

  private static List<SegmentRows> segments(CollectionSnapshot collection) {
    return collection.sources().stream()
        .filter(SegmentRows.class::isInstance)
        .map(SegmentRows.class::cast)
        .toList();
  }

  private boolean isInManifest(long collectionId) {
    return manifests.live().stream()
        .flatMap(manifest -> manifest.getCollectionsList().stream())
        .anyMatch(collection -> collection.getId() == collectionId);
  }

  /// Empty if it is to be given up.
  private Optional<SegmentMerge> merge(Plan plan) throws IOException {
    int dimension = plan.collection.head().descriptor().dimension();
    var rows = new MergedRows(plan.inputs, Optional.empty(), plan.version);
    Optional<Segment> output = Optional.empty();
    var first = rows.next();
    if (first.isPresent()) {
      var summary = write(plan, first.get(), rows);
      if (summary.isEmpty()) {
        return Optional.empty();
      }
      var segment =
          Segment.open(
              storage, plan.draft.directory(), summary.get(), dimension, plan.codec(), cache);
      // A merge owes no more than its inputs did: writers do not wait for what it undoes.
      int owed = plan.inputs.stream().mapToInt(input -> input.segment().owedRows()).sum();
      segment.owe(Math.min(owed, segment.rowCount()));
      output = Optional.of(prepared(segment, plan));
    }
    return Optional.of(
        new SegmentMerge(plan.collection.head().id(), plan.inputs, output, plan.version));
  }

  private static Segment prepared(Segment output, Plan plan) {
    try {
      if (plan.isWarm) {
        // Else readers who found their pages in the cache would have to decrypt all again.
        output.warm();
      }
      GraphInheritance.of(plan.inputs, plan.version, output).ifPresent(output::seedGraph);
      return output;
    } catch (Throwable e) {
      output.release();
      throw e;
    }
  }

  private Optional<SegmentSummary> write(Plan plan, RowCursor first, MergedRows rest)
      throws IOException {
    var draft = plan.draft;
    var head = plan.collection.head();
    int dimension = head.descriptor().dimension();
    storage.createDirectories(draft.directory());
    try (var writer =
        new SegmentWriter(
            storage,
            draft.directory(),
            draft.segmentId(),
            dimension,
            head.settings().filterableFields(),
            plan.codec())) {
      var row = Optional.of(first);
      for (int count = 0; row.isPresent(); count++) {
        if (count % ROWS_BETWEEN_CHECKS == 0 && store.isStopping()) {
          return Optional.empty();
        }
        writer.add(segmentRow(row.get(), dimension));
        row = rest.next();
      }
      return Optional.of(writer.finish());
    }
  }

  private static SegmentRow segmentRow(RowCursor row, int dimension) {
    return new SegmentRow(
        row.id(),
        row.vectors().asSlice(row.vectorOffset(), (long) dimension * Float.BYTES),
        row.payload(),
        row.version(),
        row.hashHigh(),
        row.hashLow());
  }

  /// @return whether it still could be
  private boolean publish(Plan plan, SegmentMerge merge) throws IOException {
    publishing.lock();
    try {
      if (store.isStopping() || !isInManifest(merge.collectionId())) {
        return false;
      }
      merge.carryDeaths(store.version());
      var published =
          manifests.publish(plan.draft.generation(), manifest -> change(manifest, plan, merge));
      if (published.isEmpty()) {
        return false;
      }
      store.install(merge);
      report(merge, manifests.deleteGarbage());
      return true;
    } finally {
      publishing.unlock();
    }
  }

  private void change(Manifest.Builder manifest, Plan plan, SegmentMerge merge) throws IOException {
    var inputIds =
        merge.inputs().stream().map(rows -> rows.segment().id()).collect(Collectors.toSet());
    for (var collection : manifest.getCollectionsBuilderList()) {
      if (collection.getId() == merge.collectionId()) {
        var segments = List.copyOf(collection.getSegmentsList());
        collection.clearSegments();
        for (var segment : segments) {
          if (segment.getId() == merge.inputs().getFirst().segment().id()) {
            addOutput(collection, manifest.getOpCounter(), plan, merge);
          }
          if (!inputIds.contains(segment.getId())) {
            collection.addSegments(segment);
          }
        }
        assert segments.size() + merge.output().stream().count()
                == collection.getSegmentsCount() + inputIds.size()
            : inputIds + " of " + segments;
      }
    }
  }

  private void addOutput(
      Manifest.Collection.Builder collection, long version, Plan plan, SegmentMerge merge)
      throws IOException {
    if (merge.output().isEmpty()) {
      return;
    }
    var rows = merge.output().get();
    var segment = ManifestStore.toProto(rows.segment().summary()).toBuilder();
    var dead = rows.deaths().deadAsOf(version);
    if (!dead.isEmpty()) {
      long fileVersion = manifests.nextVersion();
      var draft = plan.draft;
      DeadRowsFile.write(
          storage, draft.directory(), draft.segmentId(), fileVersion, dead, plan.codec());
      segment.setDeadRowsVersion(fileVersion);
    }
    collection.addSegments(segment);
  }

  private static void report(SegmentMerge merge, int filesDeleted) {
    log.info(
        "compaction finished collection={} segments={} rowsBefore={} rows={} filesDeleted={}",
        Long.toUnsignedString(merge.collectionId()),
        merge.inputs().size(),
        merge.inputs().stream().mapToLong(rows -> rows.segment().rowCount()).sum(),
        merge.output().map(rows -> rows.segment().rowCount()).orElse(0),
        filesDeleted);
  }
}
