package io.quiverdb.core.faultfs.agent;

import io.quiverdb.core.faultfs.agent.Fault.Action;
import io.quiverdb.core.faultfs.agent.Fault.Operation;
import io.quiverdb.core.faultfs.agent.NameChange.Name;
import io.quiverdb.core.faultfs.agent.UnforcedBytes.OldBytes;
import io.quiverdb.core.faultfs.agent.UnforcedBytes.Place;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.CopyOption;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;

/// A tree of files whose unforced changes a power cut can take back, and whose calls can be made to
/// fail: does what the program asks for, and keeps the journal.
final class FaultyDisk {
  private static final String DELETED = " (deleted)";

  private final Path root;
  private final JournalFolder folder;
  private final ByteJournal bytes;
  private final NameJournal names;
  private final ArmedFaults faults;
  private final DescriptorNumbers numbers = new DescriptorNumbers();

  /// A descriptor is one file's for life.
  private final Map<FileDescriptor, Optional<OpenFile>> openFiles =
      Collections.synchronizedMap(new WeakHashMap<>());

  /// Held until the process ends.
  private final FileChannel lock;

  private FaultyDisk(Path root, JournalFolder folder) throws IOException {
    this.root = root;
    this.folder = folder;
    this.lock = folder.lock();
    folder.bind(root);
    bytes = ByteJournal.open(folder.bytes());
    names = NameJournal.open(folder.names(), Attic.open(folder.attic(), bytes));
    faults = new ArmedFaults(folder.faults(), folder.struck());
  }

  /// @param root without symbolic links
  /// @throws IllegalStateException if another process has it
  static FaultyDisk open(Path root, Path journal) throws IOException {
    return new FaultyDisk(root, new JournalFolder(journal));
  }

  // --- what is open

  /// Empty if it is not of the tree.
  Optional<OpenFile> openFile(FileDescriptor descriptor) throws IOException {
    int number = numbers.of(descriptor);
    if (number < 0 || !lock.isOpen()) {
      return Optional.empty();
    }
    var known = openFiles.get(descriptor);
    if (known == null) {
      known = find(number);
      openFiles.put(descriptor, known);
    }
    return known;
  }

  private Optional<OpenFile> find(int number) throws IOException {
    Path link = OpenFile.link(number);
    String target = Files.readSymbolicLink(link).toString();
    var path =
        Path.of(
            target.endsWith(DELETED)
                ? target.substring(0, target.length() - DELETED.length())
                : target);
    boolean directory = Files.isDirectory(link);
    if (!isOfTree(path) || !(directory || Files.isRegularFile(link))) {
      return Optional.empty();
    }
    return Optional.of(new OpenFile(number, Inodes.behind(link), directory, root.relativize(path)));
  }

  private boolean isOfTree(Path real) {
    return real.startsWith(root) && !real.startsWith(folder.folder());
  }

  @FunctionalInterface
  interface Write {
    /// @return how many bytes it has written
    long run(long bytesMax) throws IOException;
  }

  long write(OpenFile file, Place place, long length, OldBytes old, Write write)
      throws IOException {
    var effect = faults.strike(Operation.WRITE, file.path());
    if (effect.equals(Optional.of(Action.ENOSPC)) && length > 1) {
      long _ = journalled(file, place, length / 2, old, write);
    }
    failOn(effect);
    return journalled(file, place, length, old, write);
  }

  private long journalled(OpenFile file, Place place, long length, OldBytes old, Write write)
      throws IOException {
    return bytes
        .of(file.inode())
        .overwrite(place, length, file::size, old, () -> write.run(length));
  }

  <T> T resize(OpenFile file, long size, OldBytes old, IoAction<T> action) throws IOException {
    failOn(faults.strike(Operation.WRITE, file.path()));
    return bytes.of(file.inode()).resize(size, file::size, old, action);
  }

  void force(OpenFile file, IoAction<?> force) throws IOException {
    var unforced = bytes.of(file.inode());
    // Before anything: what is written while the force is under way may miss it.
    long bytesMark = unforced.mark();
    long namesMark = names.mark();
    var effect = faults.strike(Operation.FORCE, file.path());
    if (effect.equals(Optional.of(Action.SKIP))) {
      return;
    }
    try {
      failOn(effect);
      var _ = force.run();
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      unforced.failed(bytesMark);
      throw e;
    }
    unforced.forced(bytesMark);
    if (file.directory()) {
      names.directoryForced(file.inode(), namesMark);
    } else {
      names.committed(namesMark);
    }
  }

  // --- names

  private record Entry(Name name, Path path, Path relative) {}

  /// Empty if it is not of the tree, or in no directory that exists.
  private Optional<Entry> entry(Path path) {
    Path absolute = path.toAbsolutePath();
    Path directory = absolute.getParent();
    Path name = absolute.getFileName();
    if (directory == null || name == null || List.of(".", "..").contains(name.toString())) {
      return Optional.empty();
    }
    try {
      Path real = directory.toRealPath();
      return isOfTree(real)
          ? Optional.of(
              new Entry(
                  new Name(Inodes.of(real), name.toString()),
                  real.resolve(name),
                  root.relativize(real.resolve(name))))
          : Optional.empty();
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  <T> T open(Path path, Set<? extends OpenOption> options, IoAction<T> open) throws IOException {
    if (!options.contains(StandardOpenOption.WRITE)
        && !options.contains(StandardOpenOption.APPEND)) {
      return open.run();
    }
    if (Files.exists(path)) {
      return options.contains(StandardOpenOption.TRUNCATE_EXISTING)
              && !options.contains(StandardOpenOption.CREATE_NEW)
          ? empty(path, open)
          : open.run();
    }
    return options.contains(StandardOpenOption.CREATE)
            || options.contains(StandardOpenOption.CREATE_NEW)
        ? create(path, open)
        : open.run();
  }

  /// A file that exists is about to be emptied.
  <T> T empty(Path path, IoAction<T> action) throws IOException {
    Path real = path.toRealPath();
    if (!isOfTree(real) || !Files.isRegularFile(real) || Files.size(real) == 0) {
      return action.run();
    }
    failOn(faults.strike(Operation.WRITE, root.relativize(real)));
    return bytes
        .of(Inodes.of(real))
        .resize(0, () -> Files.size(real), (offset, target) -> read(real, target), action);
  }

  private static void read(Path file, byte[] target) throws IOException {
    try (var content = new RandomAccessFile(file.toFile(), "r")) {
      content.readFully(target);
    }
  }

  <T> T create(Path path, IoAction<T> action) throws IOException {
    var entry = entry(path);
    if (entry.isEmpty() || exists(path)) {
      return action.run();
    }
    failNamed(Operation.CREATE, entry.get(), path);
    return names.create(entry.get().name(), entry.get().path(), action);
  }

  <T> T link(Path link, Path existing, IoAction<T> action) throws IOException {
    var entry = entry(link);
    if (entry.isEmpty() || exists(link) || !exists(existing)) {
      return action.run();
    }
    failNamed(Operation.CREATE, entry.get(), link);
    return names.link(entry.get().name(), Inodes.of(existing), action);
  }

  /// @return whether it was there
  boolean delete(Path path, IoAction<Boolean> action) throws IOException {
    var entry = entry(path);
    if (entry.isEmpty() || !exists(path)) {
      return action.run();
    }
    failNamed(Operation.DELETE, entry.get(), path);
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return names.delete(entry.get().name(), entry.get().path(), action);
    }
    if (!isEmpty(path)) {
      return action.run();
    }
    names.deleteDirectory(entry.get().name(), entry.get().path());
    return true;
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (var content = Files.newDirectoryStream(directory)) {
      return !content.iterator().hasNext();
    }
  }

  <T> T move(Path from, Path to, IoAction<T> action) throws IOException {
    var source = entry(from);
    var target = entry(to);
    if (!exists(from) || (exists(to) && Files.isSameFile(from, to))) {
      return action.run();
    }
    if (source.isPresent()) {
      failNamed(Operation.RENAME, source.get(), from);
    }
    if (target.isPresent()) {
      var removed = source.map(Entry::name).orElse(Name.NONE);
      return names.rename(removed, target.get().name(), from, to, action);
    }
    if (source.isPresent()) {
      if (Files.isDirectory(from)) {
        missed("directory moved out of the tree", source.get().relative());
      }
      return names.delete(source.get().name(), source.get().path(), action);
    }
    return action.run();
  }

  void copy(Path from, Path to, CopyOption[] options, IoAction<?> action) throws IOException {
    if (entry(to).isEmpty()) {
      var _ = action.run();
      return;
    }
    if (exists(to) && List.of(options).contains(StandardCopyOption.REPLACE_EXISTING)) {
      boolean _ = delete(to, () -> Files.deleteIfExists(to));
    }
    var _ = create(to, action);
    if (Files.isRegularFile(to, LinkOption.NOFOLLOW_LINKS)) {
      long size = Files.size(to);
      long _ = bytes.of(Inodes.of(to)).overwrite(() -> 0, size, () -> 0, (_, _) -> {}, () -> size);
    }
  }

  void missed(String what, Path path) throws IOException {
    try (var out = new FileOutputStream(folder.missed().toFile(), true)) {
      out.write((what + "\t" + path + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  private void failNamed(Operation operation, Entry entry, Path path) throws IOException {
    try {
      failOn(faults.strike(operation, entry.relative()));
    } catch (InjectedException e) {
      throw (FileSystemException)
          new FileSystemException(path.toString(), null, e.getMessage()).initCause(e);
    }
  }

  private static void failOn(Optional<Action> effect) throws IOException {
    if (effect.equals(Optional.of(Action.EIO))) {
      throw new InjectedException("Input/output error");
    }
    if (effect.equals(Optional.of(Action.ENOSPC))) {
      throw new InjectedException("No space left on device");
    }
  }
}
