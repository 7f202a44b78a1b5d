package io.quiverdb.core;

import static io.quiverdb.core.TestShard.point;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.google.protobuf.ByteString;
import io.quiverdb.core.LogRun.RecordedLog;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.snapshot.SnapshotFile;
import io.quiverdb.core.snapshot.SnapshotFiles;
import io.quiverdb.core.snapshot.SnapshotOp;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.CrashedException;
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.core.storage.ReadableFile;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

final class StoreSnapshotTest {
  private final SimulatedStorage storage = new SimulatedStorage();

  @Test
  void snapshotIsReadableWhateverTheStoreDoesMeanwhile() {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      shard.upsert(point("a", 1), point("b", 2));
      shard.store.checkpoint();

      try (var snapshot = shard.store.replicationSnapshot()) {
        var position = shard.store.position();
        shard.upsert(point("a", 3));
        shard.delete("b");
        shard.store.checkpoint();
        shard.upsert(point("c", 4));
        shard.store.checkpoint();

        assertThat(snapshot.position()).isEqualTo(position);
        assertThat(points(snapshot.ops())).containsExactly("a 2 1.0", "b 2 2.0");
        assertThat(snapshot.files().list().getFirst().name()).startsWith("manifest-");
      }
    }
  }

  @Test
  void closedSnapshotLeavesNothing() throws IOException {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      shard.upsert(point("a", 1));
      shard.store.checkpoint();
      var before = storage.files();

      var snapshot = shard.store.replicationSnapshot();
      assertThat(storage.files()).hasSizeGreaterThan(before.size());
      snapshot.close();
      snapshot.close();

      assertThat(storage.files()).isEqualTo(before);
      assertThat(storage.list("")).doesNotContain("snap-2");
    }
  }

  @Test
  void snapshotThatCannotBeReadKeepsNoFileOpen() {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      shard.upsert(point("a", 1));
      shard.store.checkpoint();
      var snapshot = shard.store.replicationSnapshot();
      var ids =
          storage.files().stream()
              .filter(path -> path.startsWith("snap-") && path.endsWith(".ids"))
              .findFirst();
      byte[] content = storage.content(ids.orElseThrow());
      content[content.length - 1] ^= 1;
      storage.overwrite(ids.get(), content);

      assertThatThrownBy(() -> points(snapshot.ops())).isInstanceOf(CorruptFileException.class);
      snapshot.close();

      assertThat(storage.openFiles()).noneMatch(path -> path.startsWith("snap-"));
    }
  }

  /// A store that holds nothing takes the id that a snapshot brings, and its files bear it then.
  @Test
  void whatIsCreatedAfterAnInstallationIsOfTheStoreThatCame() {
    try (var source = new TestShard(storage, RequestWindow.BYTES_MAX);
        var target = openStore(new SimulatedStorage(), StoreOptions.standard())) {
      source.upsert(point("a", 1));
      source.store.checkpoint();
      try (var snapshot = source.store.replicationSnapshot()) {
        target.installSnapshot(snapshot.files());
      }
      var create = source.create(8, 2);
      var at = new Position(1, 1, target.position().index() + 1);

      var created = target.apply(at, Entry.newBuilder().addOps(create).build());
      var stamp = new RequestStamp(new RequestId(new UUID(9, 9)), 1, Optional.empty());
      var upsert = target.prepareUpsert(stamp, 8, List.of(point("b", 2)));
      var next = new Position(1, 1, at.index() + 1);
      var upserted = target.apply(next, Entry.newBuilder().addOps(upsert).build());
      target.checkpoint();

      assertThat(List.of(created.getFirst(), upserted.getFirst()))
          .hasOnlyElementsOfType(Outcome.Applied.class);
      assertThat(target.verify().damages()).isEmpty();
    }
  }

  @Test
  void filesThatMayBeTakenAsTheyLieAreNotCopied(@TempDir Path brought, @TempDir Path place)
      throws IOException {
    try (var source = new TestShard(storage, RequestWindow.BYTES_MAX);
        var target = openStore(FileStorage.at(place), StoreOptions.standard())) {
      source.upsert(point("a", 1));
      source.store.checkpoint();
      try (var snapshot = source.store.replicationSnapshot()) {
        var files = new BroughtFiles(brought, snapshot.files());

        target.installSnapshot(files);

        assertThat(target.position()).isEqualTo(snapshot.position());
        for (var file : files.list()) {
          assertThat(Files.getAttribute(files.place(file).orElseThrow(), "unix:nlink"))
              .as(file.name())
              .isEqualTo(2);
        }
      }
      assertThat(target.verify().damages()).isEmpty();
    }
  }

  @Test
  void filesThatMayBeTakenAsTheyLieAreVerified(@TempDir Path brought) throws IOException {
    try (var source = new TestShard(storage, RequestWindow.BYTES_MAX);
        var target = openStore(new SimulatedStorage(), StoreOptions.standard())) {
      source.upsert(point("a", 1));
      source.store.checkpoint();
      var before = target.position();
      try (var snapshot = source.store.replicationSnapshot()) {
        var files = new BroughtFiles(brought, snapshot.files());
        Path last = files.place(files.list().getLast()).orElseThrow();
        byte[] content = Files.readAllBytes(last);
        content[content.length / 2] ^= 1;
        Files.write(last, content);

        assertThatThrownBy(() -> target.installSnapshot(files))
            .isInstanceOf(CorruptFileException.class);
      }
      assertThat(target.position()).isEqualTo(before);
    }
  }

  /// Of another store, in a directory outside of it.
  private record BroughtFiles(Path directory, List<SnapshotFile> list) implements SnapshotFiles {
    BroughtFiles(Path directory, SnapshotFiles files) throws IOException {
      this(directory, files.list());
      for (var file : list) {
        try (var arena = Arena.ofConfined()) {
          byte[] content = files.open(file, arena).bytes().toArray(ValueLayout.JAVA_BYTE);
          Files.write(place(file).orElseThrow(), content);
        }
      }
    }

    @Override
    public ReadableFile open(SnapshotFile file, Arena arena) throws IOException {
      return FileStorage.at(directory).open(flat(file), arena);
    }

    @Override
    public Optional<Path> place(SnapshotFile file) {
      return Optional.of(directory.resolve(flat(file)));
    }

    private static String flat(SnapshotFile file) {
      return file.name().replace('/', '-');
    }
  }

  @Test
  void stagedSnapshotChangesNothingUntilItIsInstalled() {
    try (var source = new TestShard(storage, RequestWindow.BYTES_MAX);
        var target = openStore(new SimulatedStorage(), StoreOptions.standard())) {
      source.upsert(point("a", 1));
      source.store.checkpoint();
      try (var snapshot = source.store.replicationSnapshot();
          var staged = target.stageSnapshot(snapshot.files())) {
        var before = target.position();
        var checkpointed = target.checkpoint();

        assertThat(staged.position()).isEqualTo(source.store.position());
        assertThat(target.position()).isEqualTo(before).isEqualTo(checkpointed);
        assertThat(target.verify().damages()).isEmpty();

        staged.install();
        assertThatThrownBy(staged::install).isInstanceOf(IllegalStateException.class);
      }
      assertThat(target.position()).isEqualTo(source.store.position());
      assertThat(target.verify().damages()).isEmpty();
    }
  }

  @Test
  void stagedSnapshotThatIsDroppedLeavesNoFile() {
    var targetStorage = new SimulatedStorage();
    try (var source = new TestShard(storage, RequestWindow.BYTES_MAX);
        var target = openStore(targetStorage, StoreOptions.standard())) {
      source.upsert(point("a", 1));
      source.store.checkpoint();
      try (var snapshot = source.store.replicationSnapshot()) {
        var files = snapshot.files();
        target.stageSnapshot(files).close();

        assertThat(targetStorage.files())
            .allMatch(path -> path.equals("CURRENT") || path.startsWith("gen-1/"));

        target.installSnapshot(files);
      }
      assertThat(target.position()).isEqualTo(source.store.position());
    }
  }

  @Test
  void snapshotThatACrashLeftIsDeletedAfterTheNextCheckpoint() {
    SimulatedStorage survivor;
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      shard.upsert(point("a", 1));
      shard.store.checkpoint();
      var _ = shard.store.replicationSnapshot();
      survivor = storage.copy();
    }
    assertThat(survivor.files()).anyMatch(path -> path.startsWith("snap-"));

    try (var shard = new TestShard(survivor, RequestWindow.BYTES_MAX)) {
      shard.upsert(point("b", 1));
      shard.store.checkpoint();
    }

    assertThat(survivor.files()).noneMatch(path -> path.startsWith("snap-"));
  }

  @Test
  void storeWithoutACheckpointTakesOneForASnapshot() {
    try (var shard = new TestShard()) {
      shard.upsert(point("a", 1));

      try (var snapshot = shard.store.replicationSnapshot()) {
        assertThat(points(snapshot.ops())).containsExactly("a 2 1.0");
      }

      assertThat(shard.store.checkpointed()).isEqualTo(shard.store.position());
    }
  }

  @Test
  void storeThatWasNeverWrittenToHasASnapshotOfNothing() {
    var options = StoreOptions.standard();
    try (var store = openStore(new SimulatedStorage(), options);
        var snapshot = store.replicationSnapshot()) {
      assertThat(snapshot.position()).isEqualTo(Position.START);
      var target = new SimulatedStorage();
      Store.restore(target, options, TestKeys.SHARED.keyRing(), snapshot.ops());
      try (var restored = openStore(target, options)) {
        assertThat(restored.stateHash()).isEqualTo(store.stateHash());
        assertThat(restored.position()).isEqualTo(Position.START);
      }
    }
  }

  /// What is restored goes on as if it had applied the log itself: windows, versions and all.
  @Test
  void restoredStoreContinuesWithTheLog() {
    var random = new SplittableRandom(Seed.draw());
    for (int round = 0; round < 20; round++) {
      var log = RecordedLog.draw(random.split(), 60);
      var leader = new LogRun(log, new SimulatedStorage());
      int count = random.nextInt(60);
      while (leader.applied() < count) {
        leader.applyNext();
        if (random.nextInt(10) == 0) {
          int _ = leader.checkpoint(random);
        }
      }
      leader.store().checkpoint();
      var target = new SimulatedStorage();

      try (var snapshot = leader.store().replicationSnapshot()) {
        Store.restore(target, StoreOptions.standard(), TestKeys.SHARED.keyRing(), snapshot.ops());
      }

      var follower = new LogRun(log, target);
      assertThat(follower.store().position()).isEqualTo(leader.store().checkpointed());
      while (!follower.isAtEnd()) {
        follower.applyNext();
      }
      follower.assertSame(random);
      follower.store().close();
      leader.store().close();
    }
  }

  @Test
  void installedSnapshotIsTheStateAndOldViewsStayReadable() {
    var random = new SplittableRandom(Seed.draw());
    var log = RecordedLog.draw(random, 80);
    var source = new LogRun(log, new SimulatedStorage());
    var target = new LogRun(log, storage);
    // Stores of one shard have one id, which the first snapshot brings.
    for (int round = 0; round < 8; round++) {
      for (int entry = 0; entry < 10; entry++) {
        source.applyNext();
      }
      source.store().checkpoint();
      var oldView = target.store().view();
      var oldModel = target.modelNow();
      try (var snapshot = source.store().replicationSnapshot()) {
        target.install(snapshot.files());
      }
      target.assertSame(random);
      ModelAssert.assertSame(oldView, oldModel, random);
      oldView.close();
      assertThat(target.applied()).isEqualTo(source.applied());
      assertThat(storage.files()).filteredOn(path -> path.contains("/manifest-")).hasSize(1);
      assertThat(target.store().verify().damages()).isEmpty();
    }
    target.store().close();

    var reopened = new LogRun(log, storage);

    assertThat(reopened.isAtEnd()).isTrue();
    reopened.assertSame(random);
  }

  @Test
  void snapshotOfAnEarlierPositionIsRefused() {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      shard.upsert(point("a", 1));
      shard.store.checkpoint();
      try (var snapshot = shard.store.replicationSnapshot()) {
        var files = snapshot.files();
        assertThatThrownBy(() -> shard.store.installSnapshot(files))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("(expected: after ");
      }
      shard.upsert(point("b", 2));
      assertThat(shard.ids()).containsExactly("a", "b");
    }
  }

  @Test
  void snapshotOfAnotherStoreIsRefusedByItsManifest() {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX);
        var other = new TestShard()) {
      shard.store.checkpoint();
      other.upsert(point("a", 1));
      other.store.checkpoint();
      try (var snapshot = other.store.replicationSnapshot()) {
        var files = new Read(snapshot.files());
        assertThatThrownBy(() -> shard.store.installSnapshot(files))
            .isInstanceOf(ForeignFileException.class)
            .hasMessageStartingWith("store id of the snapshot: ");
        assertThat(files.read).containsExactly(files.list().getFirst());
      }
      assertThat(shard.ids()).isEmpty();
    }
  }

  /// Who waits for one that has not come yet has read those before.
  @Test
  void filesAreVerifiedInTheirOrder() throws IOException {
    try (var source = new TestShard();
        var target = openStore(storage, StoreOptions.standard())) {
      var _ =
          source.apply(
              source.store.prepareCreateCollection(
                  source.stamp(),
                  8,
                  2,
                  "indexed",
                  new Descriptor(4, Metric.L2_SQUARED),
                  new Settings(List.of(new FilterableField("value", FilterableField.Type.NUMERIC))),
                  TestKeys.SHARED.wrapped(8)));
      upsert(source, 8, point("a", 1), point("b", 2));
      source.store.checkpoint();
      upsert(source, 8, point("a", 3), point("c", 4));
      source.store.checkpoint();
      try (var snapshot = source.store.replicationSnapshot()) {
        var files = new Read(snapshot.files());

        target.installSnapshot(files);

        assertThat(files.read).containsExactlyElementsOf(files.list());
        assertThat(files.list().stream().map(SnapshotFile::name))
            .anyMatch(name -> name.contains("/del-"))
            .filteredOn(name -> name.contains("/seg-"))
            .hasSize(10);
      }
    }
  }

  private static void upsert(TestShard shard, long collectionId, Point... points) {
    var upsert = shard.store.prepareUpsert(shard.stamp(), collectionId, List.of(points));
    assertThat(shard.apply(upsert)).isInstanceOf(Outcome.Applied.class);
  }

  /// Notes which files are read, in the order in which their first bytes are.
  private static final class Read implements SnapshotFiles {
    private final SnapshotFiles files;
    private final Set<SnapshotFile> read = Collections.synchronizedSet(new LinkedHashSet<>());

    Read(SnapshotFiles files) {
      this.files = files;
    }

    @Override
    public List<SnapshotFile> list() {
      return files.list();
    }

    @Override
    public ReadableFile open(SnapshotFile file, Arena arena) throws IOException {
      var opened = files.open(file, arena);
      return new ReadableFile() {
        @Override
        public String path() {
          return opened.path();
        }

        @Override
        public long length() {
          return opened.length();
        }

        @Override
        public MemorySegment bytes() throws IOException {
          read.add(file);
          return opened.bytes();
        }
      };
    }
  }

  @Test
  void snapshotThatIsDamagedOrIncompleteIsRefusedAndNamed() throws IOException {
    try (var source = new TestShard();
        var target = openStore(storage, StoreOptions.standard())) {
      source.upsert(point("a", 1), point("b", 2));
      source.store.checkpoint();
      try (var snapshot = source.store.replicationSnapshot()) {
        var files = snapshot.files();
        for (var file : files.list()) {
          assertThatThrownBy(() -> target.installSnapshot(new Flipped(files, file)))
              .isInstanceOf(CorruptFileException.class)
              .hasMessageContaining(file.name() + " at ");
          assertThatThrownBy(() -> target.installSnapshot(new Mislisted(files, file)))
              .isInstanceOf(CorruptFileException.class)
              .hasMessageContaining(file.name() + " at 0: SHA-256 is ");
          if (!file.equals(files.list().getFirst())) {
            assertThatThrownBy(() -> target.installSnapshot(new Without(files, file)))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(file.name());
          }
        }
        assertThatThrownBy(
                () -> target.installSnapshot(new Without(files, files.list().getFirst())))
            .isInstanceOf(IllegalArgumentException.class);
        assertThat(target.view().collections()).isEmpty();

        target.installSnapshot(files);

        assertThat(target.stateHash()).isEqualTo(source.store.stateHash());
        assertThat(storage.list("")).containsExactlyInAnyOrder("CURRENT", "gen-" + generations());
      }
    }
  }

  private long generations() throws IOException {
    return storage.list("").stream()
        .filter(name -> name.startsWith("gen-"))
        .mapToLong(name -> Long.parseLong(name.substring(4)))
        .max()
        .orElseThrow();
  }

  @Test
  void namesOfFilesDoNotLeadElsewhere() {
    for (var name : List.of("../CURRENT", "/etc/passwd", "collections/../x", "a/b", "", "A")) {
      assertThatThrownBy(() -> new SnapshotFile(name, 1, ByteString.copyFrom(new byte[32])))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /// At every call of the storage: what is there afterwards is the state before or the one after.
  @Test
  void powerLossWhileInstallingLeavesTheOldGenerationOrTheNew() {
    var random = new SplittableRandom(Seed.draw());
    var log = RecordedLog.draw(random, 30);
    var source = new LogRun(log, new SimulatedStorage());
    while (source.applied() < 12) {
      source.applyNext();
    }
    source.store().checkpoint();
    var start = new SimulatedStorage();
    var before = new LogRun(log, start);
    try (var snapshot = source.store().replicationSnapshot()) {
      before.install(snapshot.files());
    }
    before.store().close();
    while (!source.isAtEnd()) {
      source.applyNext();
    }
    source.store().checkpoint();

    storeLogger().setLevel(Level.OFF);
    try (var snapshot = source.store().replicationSnapshot()) {
      var met = new ArrayList<Integer>();
      boolean crashed = true;
      for (int call = 1; crashed; call++) {
        for (int survivor = 0; survivor < 3; survivor++) {
          var target = start.copy().crashAt(call);
          boolean installed = installUntilCrash(log, target, snapshot.files());
          crashed = target.crashed();
          var reopened = new LogRun(log, target.afterCrash(random));
          assertThat(reopened.applied()).isIn(12, 30);
          if (installed) {
            assertThat(reopened.applied()).isEqualTo(30);
          }
          met.add(reopened.applied());
          reopened.assertSame(random);
          assertThat(reopened.store().verify().damages()).isEmpty();
          while (!reopened.isAtEnd()) {
            reopened.applyNext();
          }
          int _ = reopened.checkpoint(random);
          reopened.store().close();
        }
      }
      assertThat(met).contains(12, 30);
    } finally {
      storeLogger().setLevel(null);
    }
  }

  private static boolean installUntilCrash(
      RecordedLog log, SimulatedStorage target, SnapshotFiles files) {
    try {
      var run = new LogRun(log, target);
      run.install(files);
      return true;
    } catch (CrashedException e) {
      return false;
    } catch (StoreFailedException e) {
      assertThat(e).hasRootCauseInstanceOf(CrashedException.class);
      return false;
    }
  }

  private static Logger storeLogger() {
    return (Logger) LoggerFactory.getLogger(Store.class);
  }

  private static List<String> points(Iterator<SnapshotOp> ops) {
    var points = new ArrayList<String>();
    while (ops.hasNext()) {
      if (ops.next() instanceof SnapshotOp.Put(var point)) {
        points.add(point.id() + " " + (point.version() - 1) + " " + point.vector().get(0));
      }
    }
    return points;
  }

  /// One bit of one file is another.
  private record Flipped(SnapshotFiles files, SnapshotFile flipped) implements SnapshotFiles {
    @Override
    public List<SnapshotFile> list() {
      return files.list();
    }

    @Override
    public ReadableFile open(SnapshotFile file, Arena arena) throws IOException {
      var opened = files.open(file, arena);
      if (!file.equals(flipped)) {
        return opened;
      }
      var storage = new SimulatedStorage();
      byte[] content = opened.bytes().toArray(ValueLayout.JAVA_BYTE);
      content[content.length / 2] ^= 4;
      try (var copy = storage.create("file")) {
        copy.append(java.nio.ByteBuffer.wrap(content));
      }
      return storage.open("file");
    }
  }

  /// The list says another content of one file.
  private record Mislisted(SnapshotFiles files, SnapshotFile other) implements SnapshotFiles {
    @Override
    public List<SnapshotFile> list() {
      var sha256 = ByteString.copyFrom(new byte[32]);
      return files.list().stream()
          .map(
              file ->
                  file.equals(other) ? new SnapshotFile(file.name(), file.bytes(), sha256) : file)
          .toList();
    }

    @Override
    public ReadableFile open(SnapshotFile file, Arena arena) throws IOException {
      return files.open(file, arena);
    }
  }

  private record Without(SnapshotFiles files, SnapshotFile missing) implements SnapshotFiles {
    @Override
    public List<SnapshotFile> list() {
      return files.list().stream().filter(file -> !file.equals(missing)).toList();
    }

    @Override
    public ReadableFile open(SnapshotFile file, Arena arena) throws IOException {
      return files.open(file, arena);
    }
  }

  private static Store openStore(Storage storage, StoreOptions options) {
    return Store.open(
        storage, options, TestKeys.SHARED.keyRing(), Optional.empty(), RequestWindow.BYTES_MAX);
  }
}
