package io.quiverdb.core.storage;

import io.quiverdb.core.StoreLockedException;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;

/// A file system in memory that can lose power or fail at any call, and then keeps no more than
/// [Storage] promises.
///
/// Every call of the storage and of its files is counted, from 1; a call at which it crashes or
/// fails has no effect. After a crash ([#afterCrash]):
/// - a file holds its synced bytes; of those appended since, all, none, or a torn part: some of
///   them, blocks of which may be zeros; a truncation that was not synced is kept or lost;
/// - each change of a directory (create, rename, delete) since its last sync is kept or lost by
///   itself; a rename is atomic.
public final class SimulatedStorage implements Storage {
  private final List<OpenFile> opened = new ArrayList<>();
  private static final int BLOCK_BYTES = 512;

  /// What the processes see: by path.
  private final Map<String, Node> names = new TreeMap<>();

  /// What is on the platter: by path.
  private final Map<String, Node> durableNames = new TreeMap<>();

  /// What was done to `names` and not yet to `durableNames`, in order.
  private final List<NameChange> unsyncedChanges = new ArrayList<>();

  private final Set<String> locks = new HashSet<>();

  private long calls;
  private long changes;
  private Runnable beforeCall = () -> {};
  private long crashAtCall = Long.MAX_VALUE;
  private long failAtCall = Long.MAX_VALUE;
  private long fullAtCall = Long.MAX_VALUE;
  private boolean crashed;

  /// Number of calls so far.
  public synchronized long calls() {
    return calls;
  }

  /// Number of calls so far that may have changed what survives a crash.
  public synchronized long changes() {
    return changes;
  }

  /// Runs something at each call from now on, before its effect, in the thread that calls.
  public synchronized void setBeforeCall(Runnable beforeCall) {
    this.beforeCall = beforeCall;
  }

  /// Lets the `call`-th call from now, and all after it, throw [CrashedException].
  public synchronized SimulatedStorage crashAt(long call) {
    crashAtCall = calls + call;
    return this;
  }

  /// Lets the `call`-th call from now throw an [IOException].
  public synchronized SimulatedStorage failAt(long call) {
    failAtCall = calls + call;
    return this;
  }

  /// From the `call`-th call from now on nothing more fits: what needs room throws an
  /// [IOException], after half of the bytes that are appended have been written.
  public synchronized SimulatedStorage fullAt(long call) {
    fullAtCall = calls + call;
    return this;
  }

  public synchronized boolean crashed() {
    return crashed;
  }

  /// What survives if the power goes now, if it has not gone before. This storage is dead then.
  public synchronized SimulatedStorage afterCrash(RandomGenerator random) {
    crashed = true;
    return survivor(Survival.SOME, random);
  }

  /// How much of what was not synced survives a crash.
  public enum Survival {
    NONE,
    ALL,
    /// Of each change and each file by itself: all, nothing, or a torn part.
    SOME
  }

  /// What would survive if the power went now; this storage lives on.
  public synchronized SimulatedStorage survivor(Survival survival, RandomGenerator source) {
    // The first bits of java.util.Random are alike for small seeds.
    var random = new SplittableRandom(source.nextLong());
    var survivingNames = new TreeMap<>(durableNames);
    for (var change : unsyncedChanges) {
      if (survival == Survival.ALL || (survival == Survival.SOME && random.nextBoolean())) {
        change.applyTo(survivingNames);
      }
    }
    var survivor = new SimulatedStorage();
    survivingNames.forEach(
        (path, node) -> {
          if (isReachable(path, survivingNames)) {
            survivor.names.put(path, node.survivor(survival, random));
          }
        });
    survivor.durableNames.putAll(survivor.names);
    return survivor;
  }

  /// What the next process finds if this one is killed now: all that it did, of which a later power
  /// loss may still take what was not synced. This storage is dead then.
  public synchronized SimulatedStorage afterKill() {
    crashed = true;
    var survivor = new SimulatedStorage();
    var copies = new IdentityHashMap<Node, Node>();
    UnaryOperator<Node> copy = node -> copies.computeIfAbsent(node, Node::afterKill);
    names.forEach((path, node) -> survivor.names.put(path, copy.apply(node)));
    durableNames.forEach((path, node) -> survivor.durableNames.put(path, copy.apply(node)));
    unsyncedChanges.forEach(
        change ->
            survivor.unsyncedChanges.add(
                new NameChange(change.removed, change.added, copy.apply(change.node))));
    return survivor;
  }

  /// Of all names and bytes that processes see: equal for equal trees, and hardly for others.
  public synchronized long fingerprint() {
    long fingerprint = 1;
    for (var name : names.entrySet()) {
      fingerprint = 31 * fingerprint + name.getKey().hashCode();
      fingerprint = fingerprint * 0x9E3779B97F4A7C15L + name.getValue().fingerprint();
    }
    return fingerprint;
  }

  /// The files with all bytes that were written, for tests that damage them.
  public synchronized SimulatedStorage copy() {
    var copy = new SimulatedStorage();
    names.forEach((path, node) -> copy.names.put(path, node.withAllSynced(node.content())));
    copy.durableNames.putAll(copy.names);
    return copy;
  }

  /// The content of a file. Not counted.
  public synchronized byte[] content(String path) {
    return node(names, path).content();
  }

  /// Replaces the content of a file behind the processes' backs. Not counted.
  public synchronized void overwrite(String path, byte[] content) {
    var node = node(names, path).withAllSynced(content.clone());
    names.put(path, node);
    durableNames.put(path, node);
  }

  /// The paths of all files, sorted. Not counted.
  public synchronized List<String> files() {
    return names.entrySet().stream()
        .filter(entry -> !entry.getValue().directory)
        .map(Map.Entry::getKey)
        .toList();
  }

  @Override
  public synchronized WritableFile create(String path) throws IOException {
    countCall();
    requireRoom();
    requireParent(path);
    if (names.containsKey(path)) {
      throw new FileAlreadyExistsException(path);
    }
    var node = new Node(false);
    change(new NameChange("", path, node));
    return new SimulatedFile(node);
  }

  @Override
  public synchronized ReadableFile open(String path, Arena arena) throws IOException {
    opened.add(new OpenFile(path, new WeakReference<>(arena)));
    return open(path);
  }

  @Override
  public synchronized ReadableFile open(String path) throws IOException {
    countCall();
    return new Content(path, MemorySegment.ofArray(file(path).content()).asReadOnly());
  }

  private record OpenFile(String path, WeakReference<Arena> arena) {
    boolean isOpen() {
      return Optional.ofNullable(arena.get()).map(it -> it.scope().isAlive()).orElse(false);
    }
  }

  /// The paths of the files whose arena nobody has closed yet.
  public synchronized List<String> openFiles() {
    return opened.stream().filter(OpenFile::isOpen).map(OpenFile::path).toList();
  }

  @Override
  public synchronized boolean exists(String path) throws IOException {
    countCall();
    return path.isEmpty() || names.containsKey(path);
  }

  @Override
  public synchronized List<String> list(String directory) throws IOException {
    countCall();
    return children(directory);
  }

  @Override
  public synchronized void createDirectories(String directory) throws IOException {
    countCall();
    requireRoom();
    for (int end = 0; end >= 0 && !directory.isEmpty(); ) {
      end = directory.indexOf('/', end + 1);
      String ancestor = end < 0 ? directory : directory.substring(0, end);
      var node = names.get(ancestor);
      if (node == null) {
        change(new NameChange("", ancestor, new Node(true)));
      } else if (!node.directory) {
        throw new FileAlreadyExistsException(ancestor);
      }
    }
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    countCall();
    requireParent(to);
    var node = names.get(from);
    if (node == null) {
      throw new NoSuchFileException(from);
    }
    if (node.directory) {
      throw new UnsupportedOperationException("renaming a directory");
    }
    change(new NameChange(from, to, node));
  }

  @Override
  public synchronized void link(String existing, String link) throws IOException {
    countCall();
    requireRoom();
    requireParent(link);
    var node = names.get(existing);
    if (node == null || node.directory) {
      throw new NoSuchFileException(existing);
    }
    if (names.containsKey(link)) {
      throw new FileAlreadyExistsException(link);
    }
    change(new NameChange("", link, node));
  }

  @Override
  public synchronized boolean adopt(Path file, String path) throws IOException {
    countCall();
    requireRoom();
    requireParent(path);
    if (names.containsKey(path)) {
      throw new FileAlreadyExistsException(path);
    }
    change(new NameChange("", path, new Node(false).withAllSynced(Files.readAllBytes(file))));
    return true;
  }

  @Override
  public synchronized void delete(String path) throws IOException {
    countCall();
    var node = names.get(path);
    if (node == null) {
      throw new NoSuchFileException(path);
    }
    if (node.directory && !children(path).isEmpty()) {
      throw new DirectoryNotEmptyException(path);
    }
    change(new NameChange(path, "", node));
  }

  @Override
  public synchronized void truncate(String path, long length) throws IOException {
    countCall();
    file(path).truncate(Math.toIntExact(length));
    changes++;
  }

  @Override
  public synchronized void sync(String path) throws IOException {
    countCall();
    file(path).sync();
    changes++;
  }

  private Node file(String path) throws IOException {
    var node = names.get(path);
    if (node == null || node.directory) {
      throw new NoSuchFileException(path);
    }
    return node;
  }

  @Override
  public synchronized void syncDirectory(String directory) throws IOException {
    countCall();
    if (!directory.isEmpty() && !names.containsKey(directory)) {
      throw new NoSuchFileException(directory);
    }
    for (var change : unsyncedChanges) {
      if (change.touches(directory)) {
        change.applyTo(durableNames);
      }
    }
    unsyncedChanges.removeIf(change -> change.touches(directory));
    changes++;
  }

  @Override
  public synchronized Closeable lock(String path) throws IOException {
    countCall();
    if (!locks.add(path)) {
      throw new StoreLockedException("simulated", "this process");
    }
    return () -> unlock(path);
  }

  private synchronized void unlock(String path) {
    locks.remove(path);
  }

  private void countCall() throws IOException {
    beforeCall.run();
    calls++;
    if (crashed || calls >= crashAtCall) {
      crashed = true;
      throw new CrashedException(calls);
    }
    if (calls == failAtCall) {
      throw new IOException("simulated failure at call " + calls);
    }
  }

  private boolean isFull() {
    return calls >= fullAtCall;
  }

  private void requireRoom() throws IOException {
    if (isFull()) {
      throw new IOException("simulated: no space left on device at call " + calls);
    }
  }

  private void change(NameChange change) {
    change.applyTo(names);
    unsyncedChanges.add(change);
    changes++;
  }

  private void requireParent(String path) throws IOException {
    String parent = parent(path);
    if (!parent.isEmpty() && !names.containsKey(parent)) {
      throw new NoSuchFileException(parent);
    }
  }

  private List<String> children(String directory) {
    return names.keySet().stream()
        .filter(path -> parent(path).equals(directory))
        .map(path -> path.substring(path.lastIndexOf('/') + 1))
        .toList();
  }

  private static boolean isReachable(String path, Map<String, Node> names) {
    String parent = parent(path);
    return parent.isEmpty() || (names.containsKey(parent) && isReachable(parent, names));
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }

  private static Node node(Map<String, Node> names, String path) {
    var node = names.get(path);
    if (node == null) {
      throw new IllegalArgumentException("path: " + path + " (expected: a file)");
    }
    return node;
  }

  /// `removed` no longer names anything and `added` names `node`; either may be empty, for none.
  private record NameChange(String removed, String added, Node node) {
    void applyTo(Map<String, Node> names) {
      if (!removed.isEmpty()) {
        names.remove(removed);
      }
      if (!added.isEmpty()) {
        names.put(added, node);
      }
    }

    boolean touches(String directory) {
      return (!removed.isEmpty() && parent(removed).equals(directory))
          || (!added.isEmpty() && parent(added).equals(directory));
    }
  }

  /// A file or a directory, whatever its name.
  private static final class Node {
    private final boolean directory;
    private byte[] bytes = new byte[0];
    private int length;
    private int syncedLength;

    /// What is on the platter of a file that was truncated and not synced since.
    private Optional<byte[]> beforeTruncation = Optional.empty();

    /// Whether `bytes` belong to the node that this one survived.
    private boolean borrowed;

    Node(boolean directory) {
      this.directory = directory;
    }

    byte[] content() {
      return Arrays.copyOf(bytes, length);
    }

    Node withAllSynced(byte[] content) {
      var node = new Node(directory);
      node.bytes = content;
      node.length = content.length;
      node.syncedLength = content.length;
      return node;
    }

    void append(ByteBuffer appended) {
      int newLength = length + appended.remaining();
      if (newLength > bytes.length || borrowed) {
        borrowed = false;
        bytes = Arrays.copyOf(bytes, Math.max(newLength, 2 * bytes.length));
      }
      appended.get(bytes, length, appended.remaining());
      length = newLength;
    }

    void truncate(int newLength) {
      if (newLength < syncedLength) {
        beforeTruncation = Optional.of(Arrays.copyOf(bytes, syncedLength));
        syncedLength = newLength;
      }
      bytes = Arrays.copyOf(bytes, newLength);
      borrowed = false;
      length = newLength;
    }

    void sync() {
      syncedLength = length;
      beforeTruncation = Optional.empty();
    }

    /// What a killed process leaves: all that it wrote, on the platter or not.
    Node afterKill() {
      var node = new Node(directory);
      node.bytes = bytes.clone();
      node.length = length;
      node.syncedLength = syncedLength;
      node.beforeTruncation = beforeTruncation;
      return node;
    }

    Node survivor(Survival survival, RandomGenerator random) {
      if (beforeTruncation.isPresent()
          && (survival == Survival.NONE || (survival == Survival.SOME && random.nextBoolean()))) {
        return withAllSynced(beforeTruncation.get());
      }
      if (length == syncedLength) {
        var node = withAllSynced(bytes);
        node.length = length;
        node.syncedLength = length;
        node.borrowed = true;
        return node;
      }
      return withAllSynced(
          switch (survival) {
            case NONE -> Arrays.copyOf(bytes, syncedLength);
            case ALL -> content();
            case SOME ->
                switch (random.nextInt(4)) {
                  case 0 -> Arrays.copyOf(bytes, syncedLength);
                  case 1 -> content();
                  default -> torn(random);
                };
          });
    }

    long fingerprint() {
      var crc = new CRC32C();
      crc.update(bytes, 0, length);
      return 31L * length + crc.getValue();
    }

    private byte[] torn(RandomGenerator random) {
      var survived = Arrays.copyOf(bytes, syncedLength + random.nextInt(length - syncedLength + 1));
      for (int start = syncedLength; start < survived.length; ) {
        int end = Math.min(survived.length, (start / BLOCK_BYTES + 1) * BLOCK_BYTES);
        if (random.nextInt(4) == 0) {
          Arrays.fill(survived, start, end, (byte) 0);
        }
        start = end;
      }
      return survived;
    }
  }

  private final class SimulatedFile implements WritableFile {
    private final Node node;
    private boolean failed;
    private boolean closed;

    SimulatedFile(Node node) {
      this.node = node;
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
      synchronized (SimulatedStorage.this) {
        count();
        if (isFull()) {
          node.append(bytes.slice(bytes.position(), bytes.remaining() / 2));
          changes++;
          failed = true;
        }
        requireRoom();
        node.append(bytes);
        changes++;
      }
    }

    @Override
    public long length() {
      synchronized (SimulatedStorage.this) {
        return node.length;
      }
    }

    @Override
    public void sync() throws IOException {
      synchronized (SimulatedStorage.this) {
        count();
        node.sync();
        changes++;
      }
    }

    /// Not counted: it neither writes nor fails.
    @Override
    public void close() {
      closed = true;
    }

    private void count() throws IOException {
      if (failed) {
        throw new IOException("a write or sync of this file failed before");
      }
      if (closed) {
        throw new IOException("closed");
      }
      failed = true;
      countCall();
      failed = false;
    }
  }

  private record Content(String path, MemorySegment bytes) implements ReadableFile {
    @Override
    public long length() {
      return bytes.byteSize();
    }
  }
}
