package io.quiverdb.core.manifest;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.ForeignFileException;
import io.quiverdb.core.Position;
import io.quiverdb.core.WrongKeyException;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.crypto.StoreKeys;
import io.quiverdb.core.format.BlobFile;
import io.quiverdb.core.format.PageType;
import io.quiverdb.core.format.PublishedFile;
import io.quiverdb.core.op.FeatureLevels;
import io.quiverdb.core.op.OpProtos;
import io.quiverdb.core.segment.SegmentFiles;
import io.quiverdb.core.segment.SegmentSummary;
import io.quiverdb.core.storage.AtomicFile;
import io.quiverdb.core.storage.ReadableStorage;
import io.quiverdb.core.storage.Storage;
import io.quiverdb.core.stream.StreamFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// Reads the live manifest and publishes new ones.
///
/// For one thread at a time: whoever publishes holds the store's one lock for it. What takes long
/// (writing the files of a compaction, building an index) is done before, without the lock, and so
/// on the ground of a generation that may have been replaced by then: [#publish] checks.
public final class ManifestStore {
  private static final long FIRST_GENERATION = 1;

  private static final Comparator<Manifest> BY_AGE =
      Comparator.<Manifest, Position>comparing(
              manifest -> OpProtos.position(manifest.getPosition()))
          .thenComparingLong(Manifest::getVersion);

  /// In the pages of a window: it belongs to no segment.
  private static final long WINDOW_FILE_ID = 0;

  private final Storage storage;
  private final RandomGenerator salts;
  private final KeyRing keyRing;
  private StoreKeys keys;
  private long generation;

  /// Closed by any thread.
  private final Set<PinnedManifest> pins = ConcurrentHashMap.newKeySet();

  /// Directories below the root that somebody fills or reads. Released by any thread.
  private final Set<String> reserved = ConcurrentHashMap.newKeySet();

  /// Closed by any thread.
  private final Set<Draft> drafts = ConcurrentHashMap.newKeySet();

  private Optional<Current> current;
  private volatile Optional<Manifest> live;
  private long nextVersion;
  private long nextSegmentId;

  private ManifestStore(
      Storage storage,
      RandomGenerator salts,
      KeyRing keyRing,
      StoreKeys keys,
      Optional<Current> current,
      Optional<Manifest> live) {
    this.storage = storage;
    this.salts = salts;
    this.keyRing = keyRing;
    this.keys = keys;
    this.generation = current.map(Current::generation).orElse(FIRST_GENERATION);
    this.current = current;
    this.live = live;
    this.nextVersion = live.map(Manifest::getVersion).orElse(0L) + 1;
    this.nextSegmentId = live.map(Manifest::getNextSegmentId).orElse(1L);
  }

  /// Changes nothing on disk. The caller holds the lock ([StoreLayout#LOCK]).
  ///
  /// @param salts makes the names of manifests unique, and the store's id where none is given
  /// @param storeId what the store is to be; a store that has a manifest already is what that says
  /// @throws WrongKeyException if the live manifest is sealed by another key
  /// @throws CorruptFileException if the live manifest cannot be read, or is of another store
  /// @throws io.quiverdb.core.UnsupportedFormatException if it is of a version that is not read
  public static ManifestStore open(
      Storage storage, RandomGenerator salts, KeyRing keyRing, Optional<UUID> storeId)
      throws IOException {
    // A process may have been killed between the rename that published a manifest and the sync
    // after it. What is read here will be taken for durable.
    storage.syncDirectory("");
    var current = readCurrent(storage);
    Optional<Manifest> live = Optional.empty();
    if (current.isPresent()) {
      live =
          Optional.of(
              UncheckedManifest.read(storage, current.get().manifestPath())
                  .verify(current.get(), keyRing));
      requireStore(current.get(), live.get(), storeId);
    } else {
      requireNoSuccessor(storage, keyRing);
    }
    var id =
        live.map(manifest -> uuid(manifest.getStoreId()))
            .or(() -> storeId)
            .orElseGet(() -> new UUID(salts.nextLong(), salts.nextLong()));
    var keys = new StoreKeys(keyRing, id);
    var store = new ManifestStore(storage, salts, keyRing, keys, current, live);
    store.skipNamesInUse();
    return store;
  }

  private static void requireStore(Current current, Manifest live, Optional<UUID> expected) {
    var actual = uuid(live.getStoreId());
    if (expected.isPresent() && !expected.get().equals(actual)) {
      throw new ForeignFileException(
          "store id of " + current.manifestPath(), expected.get().toString(), actual.toString());
    }
  }

  /// @param bytes 16
  public static UUID uuid(ByteString bytes) {
    var buffer = bytes.asReadOnlyByteBuffer();
    return new UUID(buffer.getLong(), buffer.getLong());
  }

  private static ByteString bytes(UUID uuid) {
    return ByteString.copyFrom(
        ByteBuffer.allocate(2 * Long.BYTES)
            .putLong(uuid.getMostSignificantBits())
            .putLong(uuid.getLeastSignificantBits())
            .flip());
  }

  /// Of the manifests that can be read, in whatever generation, the one of the latest position; of
  /// several of one position the one of the latest version.
  public static Optional<PublishedManifest> newestReadable(Storage storage, KeyRing keyRing)
      throws IOException {
    Optional<PublishedManifest> newest = Optional.empty();
    for (var directory : storage.list("").stream().filter(ManifestStore::isGeneration).toList()) {
      for (var name : storage.list(directory).stream().filter(ManifestStore::isManifest).toList()) {
        try {
          var manifest = UncheckedManifest.read(storage, directory + "/" + name).verify(keyRing);
          if (newest.isEmpty() || BY_AGE.compare(newest.get().manifest(), manifest) < 0) {
            newest = Optional.of(new PublishedManifest(directory, name, manifest));
          }
        } catch (CorruptFileException _) {
          // Another one may be intact.
        }
      }
    }
    return newest;
  }

  static Optional<Current> readCurrent(ReadableStorage storage) throws IOException {
    if (!storage.exists(StoreLayout.CURRENT)) {
      return Optional.empty();
    }
    var content = storage.open(StoreLayout.CURRENT).bytes().asByteBuffer();
    return Optional.of(CurrentFormat.decode(StoreLayout.CURRENT, ByteString.copyFrom(content)));
  }

  /// Where there is no `CURRENT`, no manifest was ever published: one that had a predecessor is
  /// proof of the contrary, and so is another generation. (The first one may be the leftover of a
  /// crash.)
  private static void requireNoSuccessor(Storage storage, KeyRing keyRing) throws IOException {
    for (var name : storage.list("")) {
      if (isGeneration(name) && !name.equals(StoreLayout.generation(FIRST_GENERATION))) {
        throw new CorruptFileException(StoreLayout.CURRENT, 0, "file", "present", "missing");
      }
    }
    String generation = StoreLayout.generation(FIRST_GENERATION);
    for (var name : storage.list(generation)) {
      if (isManifest(name) && hasPredecessor(storage, generation + "/" + name, keyRing)) {
        throw new CorruptFileException(StoreLayout.CURRENT, 0, "file", "present", "missing");
      }
    }
  }

  private static boolean hasPredecessor(Storage storage, String path, KeyRing keyRing)
      throws IOException {
    try {
      return !UncheckedManifest.read(storage, path).verify(keyRing).getPreviousSha256().isEmpty();
    } catch (CorruptFileException _) {
      return false; // Torn: it was never published.
    }
  }

  /// Leftovers of a crash keep their names, until they are deleted and after it.
  private void skipNamesInUse() throws IOException {
    for (var name : storage.list(directory())) {
      skipVersion(name);
    }
    for (var directory : collectionDirectories()) {
      for (var name : storage.list(directory)) {
        skipVersion(name);
        if (SegmentFiles.isName(name)) {
          nextSegmentId = Math.max(nextSegmentId, SegmentFiles.segmentId(name) + 1);
        }
        StreamFiles.fileId(name)
            .ifPresent(fileId -> nextSegmentId = Math.max(nextSegmentId, fileId + 1));
      }
    }
  }

  private void skipVersion(String name) {
    Stream.of(StoreLayout.version(name), StreamFiles.version(name))
        .flatMapToLong(OptionalLong::stream)
        .forEach(version -> nextVersion = Math.max(nextVersion, version + 1));
  }

  private static boolean isCollectionFile(String name) {
    return SegmentFiles.isName(name) || StreamFiles.isName(name);
  }

  /// The one whose directory holds the files of new publications.
  public long generation() {
    return generation;
  }

  /// What the files of the live generation are sealed with.
  public StoreKeys keys() {
    return keys;
  }

  /// The directory of the generation that is live.
  private String directory() {
    return StoreLayout.generation(generation);
  }

  /// Empty before the first is published. For any thread.
  public Optional<Manifest> live() {
    return live;
  }

  /// The live manifest and where its files lie. Empty before the first is published.
  public Optional<PublishedManifest> published() {
    return current.flatMap(
        pointer ->
            live.map(
                manifest ->
                    new PublishedManifest(pointer.directory(), pointer.manifestName(), manifest)));
  }

  /// Keeps the files of the live manifest from being deleted, until the pin is closed.
  public Optional<PinnedManifest> pin() {
    var pin = published().map(manifest -> new PinnedManifest(manifest, pins));
    pin.ifPresent(pins::add);
    return pin;
  }

  /// The version that [#publish] will give to the next manifest. The other files of the publication
  /// are named after it. No file carries it yet, not even a leftover of a crash.
  public long nextVersion() {
    return nextVersion;
  }

  /// A segment id that was never used before.
  public long drawSegmentId() {
    return nextSegmentId++;
  }

  /// A segment to be written while other publications go on. Its directory may not be there yet.
  public SegmentDraft draftSegment(long collectionId) {
    var draft =
        new SegmentDraft(
            generation, StoreLayout.collection(directory(), collectionId), drawSegmentId(), drafts);
    drafts.add(draft);
    return draft;
  }

  /// A stream to be written while other publications go on. Its directory may not be there yet.
  ///
  /// @param segmentId empty if it is to belong to the collection
  public StreamDraft draftStream(long collectionId, OptionalLong segmentId) {
    var draft =
        new StreamDraft(
            generation,
            StoreLayout.collection(directory(), collectionId),
            segmentId,
            nextVersion,
            drawSegmentId(),
            drafts);
    drafts.add(draft);
    return draft;
  }

  /// Where the files of a collection lie; created if missing.
  public String collectionDirectory(long collectionId) throws IOException {
    String directory = StoreLayout.collection(directory(), collectionId);
    storage.createDirectories(directory);
    return directory;
  }

  /// Writes and syncs the window file of the next manifest.
  public Manifest.WindowFile writeWindow(byte[] window) throws IOException {
    storage.createDirectories(directory());
    long fileBytes =
        BlobFile.write(
            storage,
            StoreLayout.window(directory(), nextVersion),
            PageType.WINDOW,
            WINDOW_FILE_ID,
            nextVersion,
            window,
            keys.catalog());
    return Manifest.WindowFile.newBuilder().setVersion(nextVersion).setFileBytes(fileBytes).build();
  }

  /// The window of the live manifest, empty if it has none.
  public byte[] readWindow() throws IOException {
    var published = published();
    return published.isEmpty() ? new byte[0] : readWindow(storage, published.get(), keys.catalog());
  }

  /// The window of a manifest, empty if it has none.
  public static byte[] readWindow(
      ReadableStorage storage, PublishedManifest published, PageCodec codec) throws IOException {
    var path = published.window();
    if (path.isEmpty()) {
      return new byte[0];
    }
    var window = published.manifest().getWindow();
    var file = PublishedFile.open(storage, path.get(), window.getFileBytes());
    return BlobFile.read(file, PageType.WINDOW, WINDOW_FILE_ID, window.getVersion(), codec);
  }

  /// Makes the live manifest, changed thus, the live one, by one atomic swap. All files that it
  /// names have been written and synced by then; their directories are synced here. Store id,
  /// version, next segment id and the hash of the manifest before are filled in here.
  ///
  /// When it throws, which of the two manifests is live is known only after reopening.
  ///
  /// @param generation the one that the change was made for
  /// @return the new manifest; empty, and nothing is done, if another generation is live
  public Optional<Manifest> publish(long generation, ManifestChange change) throws IOException {
    return generation == this.generation ? Optional.of(publish(change)) : Optional.empty();
  }

  private Manifest publish(ManifestChange change) throws IOException {
    var next =
        live.map(Manifest::toBuilder)
            .orElseGet(() -> Manifest.newBuilder().setFeatureLevel(FeatureLevels.FIRST));
    change.applyTo(next);
    var manifest =
        next.setStoreId(bytes(keys.storeId()))
            .setVersion(nextVersion)
            .setNextSegmentId(nextSegmentId)
            .setPreviousSha256(current.map(Current::manifestSha256).orElse(ByteString.EMPTY))
            .build();
    byte[] content = ManifestFormat.encode(manifest, keys.catalog());
    var successor =
        new Current(
            generation,
            nextVersion,
            salts.nextLong(),
            content.length,
            UncheckedManifest.sha256(content));

    syncDirectories(manifest);
    try (var file = storage.create(successor.manifestPath())) {
      file.append(ByteBuffer.wrap(content));
      file.sync();
    }
    storage.syncDirectory(directory());
    // Up to the rename in here, a crash leaves the manifest before in charge.
    AtomicFile.replace(storage, "", StoreLayout.CURRENT, CurrentFormat.encode(successor));

    current = Optional.of(successor);
    live = Optional.of(manifest);
    nextVersion++;
    return manifest;
  }

  /// Those that hold new files, and all above them.
  private void syncDirectories(Manifest manifest) throws IOException {
    storage.createDirectories(StoreLayout.collections(directory()));
    var before = new HashMap<Long, Manifest.Collection>();
    live.ifPresent(
        manifestBefore ->
            manifestBefore
                .getCollectionsList()
                .forEach(collection -> before.put(collection.getId(), collection)));
    for (var collection : manifest.getCollectionsList()) {
      var last = before.getOrDefault(collection.getId(), Manifest.Collection.getDefaultInstance());
      if (!hasSameFiles(collection, last)) {
        storage.syncDirectory(StoreLayout.collection(directory(), collection.getId()));
      }
    }
    storage.syncDirectory(StoreLayout.collections(directory()));
    storage.syncDirectory(directory());
    storage.syncDirectory("");
  }

  private static boolean hasSameFiles(Manifest.Collection left, Manifest.Collection right) {
    return left.getSegmentsList().equals(right.getSegmentsList())
        && left.getIndexStreamsList().equals(right.getIndexStreamsList());
  }

  /// Files that neither the live manifest nor a pinned one nor a draft needs: leftovers of a crash.
  /// Not to be called between writing the files of a publication and [#publish]. Files of other
  /// names than ours are left alone.
  public List<String> garbage() throws IOException {
    Set<String> needed = neededFiles();
    List<String> garbage = new ArrayList<>();
    for (var directory : directories()) {
      for (var name : storage.list(directory)) {
        addGarbage(directory + "/" + name, StoreLayout.version(name).isPresent(), needed, garbage);
      }
      for (var collection : collectionDirectories(directory)) {
        for (var name : storage.list(collection)) {
          addGarbage(collection + "/" + name, isCollectionFile(name), needed, garbage);
        }
      }
    }
    return garbage;
  }

  private static void addGarbage(
      String path, boolean isOurs, Set<String> needed, List<String> garbage) {
    if (isOurs && !needed.contains(path)) {
      garbage.add(path);
    }
  }

  /// Those of generations and second names that nobody has reserved.
  private List<String> directories() throws IOException {
    return storage.list("").stream()
        .filter(name -> StoreLayout.number(name).isPresent() && !reserved.contains(name))
        .toList();
  }

  /// Where manifests may lie, whoever has reserved it.
  public List<String> manifestDirectories() throws IOException {
    return storage.list("").stream().filter(name -> StoreLayout.number(name).isPresent()).toList();
  }

  /// The paths of all manifests but the live one.
  public List<String> otherManifests() throws IOException {
    var livePath = published().map(PublishedManifest::path);
    var paths = new ArrayList<String>();
    for (var directory : manifestDirectories()) {
      for (var name : storage.list(directory)) {
        String path = directory + "/" + name;
        if (isManifest(name) && !livePath.equals(Optional.of(path))) {
          paths.add(path);
        }
      }
    }
    return paths;
  }

  private Set<String> neededFiles() {
    Set<String> needed = new HashSet<>();
    published().ifPresent(manifest -> needed.addAll(manifest.files()));
    pins.forEach(pin -> needed.addAll(pin.published().files()));
    drafts.forEach(draft -> needed.addAll(draft.files()));
    return needed;
  }

  /// Deletes the [#garbage]. Readers that have such a file open are not disturbed. Comes after a
  /// [#publish], never at opening: so the names of leftovers are not used again either.
  ///
  /// @return how many files were deleted
  public int deleteGarbage() throws IOException {
    var garbage = garbage();
    for (var path : garbage) {
      try {
        storage.delete(path);
      } catch (NoSuchFileException _) {
        // A snapshot of the store before this one was closed meanwhile.
      }
    }
    deleteEmptyDirectories();
    return garbage.size();
  }

  private void deleteEmptyDirectories() throws IOException {
    for (var directory : directories()) {
      for (var collection : collectionDirectories(directory)) {
        deleteIfEmpty(collection);
      }
      if (!directory.equals(directory())) {
        deleteIfEmpty(StoreLayout.collections(directory));
        deleteIfEmpty(directory);
      }
    }
  }

  private void deleteIfEmpty(String directory) throws IOException {
    boolean isToBeFilled = drafts.stream().anyMatch(draft -> draft.directory().equals(directory));
    if (!isToBeFilled && storage.exists(directory) && storage.list(directory).isEmpty()) {
      storage.delete(directory);
    }
  }

  private List<String> collectionDirectories() throws IOException {
    return collectionDirectories(directory());
  }

  private List<String> collectionDirectories(String generation) throws IOException {
    String directory = StoreLayout.collections(generation);
    return storage.list(directory).stream()
        .filter(StoreLayout::isCollection)
        .map(name -> directory + "/" + name)
        .toList();
  }

  // --- generations and second names

  /// The name of a directory for second names of files. It does not exist, and what will lie in it
  /// is not garbage before [#release].
  public String reserveLinks() throws IOException {
    return reserve(StoreLayout.links(unusedNumber()));
  }

  /// The name of a directory for the files of another generation. It does not exist, and what will
  /// lie in it is not garbage before [#release] or [#switchTo].
  public String reserveGeneration() throws IOException {
    return reserve(StoreLayout.generation(unusedNumber()));
  }

  private String reserve(String directory) {
    reserved.add(directory);
    return directory;
  }

  public void release(String directory) {
    reserved.remove(directory);
  }

  private long unusedNumber() throws IOException {
    return Stream.concat(storage.list("").stream(), reserved.stream())
            .mapToLong(name -> StoreLayout.number(name).orElse(0))
            .reduce(generation, Math::max)
        + 1;
  }

  /// Makes a manifest of another generation the live one, by one atomic swap. All files that it
  /// names, itself and their directories have been written and synced.
  ///
  /// When it throws, which of the two generations is live is known only after reopening.
  ///
  /// @param published in a directory of [#reserveGeneration]
  public void switchTo(PublishedManifest published) throws IOException {
    var successor = currentOf(published);
    storage.syncDirectory("");
    AtomicFile.replace(storage, "", StoreLayout.CURRENT, CurrentFormat.encode(successor));
    generation = successor.generation();
    current = Optional.of(successor);
    live = Optional.of(published.manifest());
    keys = new StoreKeys(keyRing, uuid(published.manifest().getStoreId()));
    nextVersion = published.manifest().getVersion() + 1;
    nextSegmentId = published.manifest().getNextSegmentId();
    release(published.directory());
  }

  private Current currentOf(PublishedManifest published) throws IOException {
    var content = UncheckedManifest.read(storage, published.path()).content();
    return new Current(
        StoreLayout.number(published.directory()).orElseThrow(),
        published.manifest().getVersion(),
        StoreLayout.manifestSalt(published.name()).orElseThrow(),
        content.size(),
        UncheckedManifest.sha256(content.toByteArray()));
  }

  /// Reads the manifest of another generation, or among second names.
  ///
  /// @throws CorruptFileException if it is not intact
  public PublishedManifest read(String directory, String name) throws IOException {
    return read(storage, directory, name);
  }

  /// Reads the manifest of a generation that is being brought in.
  ///
  /// @param incoming its files
  /// @throws CorruptFileException if it is not intact
  public PublishedManifest read(ReadableStorage incoming, String directory, String name)
      throws IOException {
    var manifest = UncheckedManifest.read(incoming, directory + "/" + name).verify(keyRing);
    return new PublishedManifest(directory, name, manifest);
  }

  /// Whether a name is that of a generation.
  public static boolean isGeneration(String name) {
    return name.startsWith("gen-") && StoreLayout.number(name).isPresent();
  }

  /// Whether a file is one, by its name.
  public static boolean isManifest(String name) {
    return StoreLayout.manifestSalt(name).isPresent();
  }

  /// As a manifest holds it.
  public static Manifest.Segment toProto(SegmentSummary summary) {
    return Manifest.Segment.newBuilder()
        .setId(summary.id())
        .setRowCount(summary.rowCount())
        .setVectorFileBytes(summary.vectorFileBytes())
        .setPayloadFileBytes(summary.payloadFileBytes())
        .setIdFileBytes(summary.idFileBytes())
        .setDirectoryFileBytes(summary.directoryFileBytes())
        .setSecondaryFileBytes(summary.secondaryFileBytes())
        .build();
  }

  public static SegmentSummary summary(Manifest.Segment segment) {
    return new SegmentSummary(
        segment.getId(),
        segment.getRowCount(),
        segment.getVectorFileBytes(),
        segment.getPayloadFileBytes(),
        segment.getIdFileBytes(),
        segment.getDirectoryFileBytes(),
        segment.getSecondaryFileBytes());
  }
}
