package io.quiverdb.raft.snapshot;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.snapshot.SnapshotFile;
import io.quiverdb.core.snapshot.SnapshotFiles;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.ShardException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Fetches the files of one snapshot from another member into a directory.
///
/// A file is named there by its SHA-256, so whatever is there of it is a beginning of it, whoever
/// it came from: an attempt goes on where the one before broke off, a restart of this node
/// included. It has another name until it is whole, durable, and its hash is right: from then on
/// nobody writes to it, for the store takes it as it lies.
final class SnapshotPull {
  /// So that little is left to be written when the last piece has come.
  private static final long SYNC_BYTES = 32 << 20;

  private final GroupKey.ShardGroup shard;
  private final SnapshotSource source;
  private final Path directory;
  private final Rate rate;
  private final BooleanSupplier isStopped;
  private final LongConsumer fetchedBytes;
  private final Runnable fetched;

  /// What is done with the files while they come.
  interface Use {
    /// @return whether it was of use
    boolean of(SnapshotFiles files) throws IOException;
  }

  /// @param isStopped whether to give up
  /// @param fetchedBytes told of each piece
  /// @param fetched told when the last has come
  SnapshotPull(
      GroupKey.ShardGroup shard,
      SnapshotSource source,
      Path directory,
      Rate rate,
      BooleanSupplier isStopped,
      LongConsumer fetchedBytes,
      Runnable fetched) {
    this.shard = shard;
    this.source = source;
    this.directory = directory;
    this.rate = rate;
    this.isStopped = isStopped;
    this.fetchedBytes = fetchedBytes;
    this.fetched = fetched;
  }

  /// Fetches what is not there yet, and has it used by the caller's thread meanwhile. If one of the
  /// two fails, the other ends.
  ///
  /// @throws IOException if this node's disk fails
  /// @throws IllegalArgumentException if what is offered can be no snapshot
  /// @throws CorruptFileException if what came is not what was offered; it is deleted
  /// @throws ShardException if the source does not answer, or refuses
  boolean fetch(SnapshotOffer offer, Use use) throws IOException {
    var list = offer.snapshotFiles();
    Files.createDirectories(directory);
    deleteOthers(list);
    try (var files = new ArrivingFiles(directory, list)) {
      var fetching =
          CompletableFuture.runAsync(
              () -> fetch(offer, files), task -> Thread.ofVirtual().start(task));
      try {
        return use.of(files);
      } catch (IOException | RuntimeException e) {
        // What followed from that says less.
        files.requireNoFailure();
        throw e;
      } finally {
        files.abandon();
        fetching.join();
      }
    }
  }

  private void fetch(SnapshotOffer offer, ArrivingFiles files) {
    try {
      for (var file : files.list()) {
        fetch(offer, file, files);
      }
      fetched.run();
    } catch (IOException | RuntimeException e) {
      files.fail(e);
    } catch (Error e) {
      files.fail(new IllegalStateException("snapshot: not fetched", e));
    }
  }

  private void fetch(SnapshotOffer offer, SnapshotFile file, ArrivingFiles files)
      throws IOException {
    Path whole = ArrivingFiles.whole(directory, file);
    if (isSound(whole, file)) {
      files.cameWhole(file);
      return;
    }
    Path part = ArrivingFiles.part(directory, file);
    var digest = sha256();
    try (var channel =
        FileChannel.open(
            part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (channel.size() > file.bytes()) {
        // Longer than it should be, it is no beginning.
        channel.truncate(0);
      }
      digest(channel, digest);
      fetchRest(offer, file, channel, digest, files);
    } catch (SyncFailedException e) {
      // What was not written may be lost, and still be read until it is: nothing of it counts.
      deleteAfter(e, part);
      throw e;
    }
    requireSound(part, file, digest);
    Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
    files.cameWhole(file);
  }

  private void fetchRest(
      SnapshotOffer offer,
      SnapshotFile file,
      FileChannel channel,
      MessageDigest digest,
      ArrivingFiles files)
      throws IOException {
    long offset = channel.position();
    long synced = 0;
    files.came(file, offset);
    while (offset < file.bytes()) {
      if (isStopped.getAsBoolean() || files.isAbandoned()) {
        throw new ShardException.Unavailable(shard + ": not fetched any more");
      }
      var piece = piece(offer, file, offset);
      offset += piece.remaining();
      rate.take(piece.remaining());
      fetchedBytes.accept(piece.remaining());
      digest.update(piece.duplicate());
      while (piece.hasRemaining()) {
        channel.write(piece);
      }
      files.came(file, offset);
      if (offset - synced >= SYNC_BYTES) {
        sync(channel);
        synced = offset;
      }
    }
    sync(channel);
  }

  private static final class SyncFailedException extends IOException {
    private static final long serialVersionUID = 1;

    SyncFailedException(IOException cause) {
      super("a fetched file cannot be synced", cause);
    }
  }

  private static void sync(FileChannel channel) throws IOException {
    try {
      channel.force(true);
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      throw new SyncFailedException(e);
    }
  }

  private static void deleteAfter(SyncFailedException failure, Path part) {
    try {
      Files.delete(part);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /// Whether a file has come whole, and is what was offered still; it is deleted if it is not. A
  /// store may have it by now: it is only read.
  private static boolean isSound(Path whole, SnapshotFile file) throws IOException {
    if (!Files.exists(whole)) {
      return false;
    }
    var digest = sha256();
    try (var channel = FileChannel.open(whole, StandardOpenOption.READ)) {
      digest(channel, digest);
      if (channel.size() == file.bytes() && file.sha256().equals(bytes(digest))) {
        return true;
      }
    }
    Files.delete(whole);
    return false;
  }

  private static void requireSound(Path part, SnapshotFile file, MessageDigest digest)
      throws IOException {
    var found = bytes(digest);
    if (!found.equals(file.sha256())) {
      Files.delete(part);
      throw new CorruptFileException(
          file.name() + " of a snapshot", 0, "SHA-256", hex(file.sha256()), hex(found));
    }
  }

  private static ByteString bytes(MessageDigest digest) {
    return ByteString.copyFrom(digest.digest());
  }

  private static void digest(FileChannel channel, MessageDigest digest) throws IOException {
    var piece = ByteBuffer.allocate(SnapshotLeases.CHUNK_BYTES);
    while (channel.read(piece) >= 0) {
      digest.update(piece.flip());
      piece.clear();
    }
  }

  /// How much of an offer's files is in a directory.
  static long fetchedBytes(Path directory, SnapshotOffer offer) throws IOException {
    long bytes = 0;
    for (var file : offer.snapshotFiles()) {
      for (Path path :
          List.of(ArrivingFiles.whole(directory, file), ArrivingFiles.part(directory, file))) {
        bytes += Files.exists(path) ? Files.size(path) : 0;
      }
    }
    return bytes;
  }

  private ByteBuffer piece(SnapshotOffer offer, SnapshotFile file, long offset) {
    var piece = await(() -> source.read(offer.lease(), file.name(), offset).join());
    if (!piece.hasRemaining() || piece.remaining() > file.bytes() - offset) {
      throw new CorruptFileException(
          file.name() + " of a snapshot",
          offset,
          "piece",
          "1 to " + (file.bytes() - offset) + " bytes",
          piece.remaining());
    }
    return piece;
  }

  static <T> T await(Supplier<T> call) {
    try {
      return call.get();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private void deleteOthers(List<SnapshotFile> files) throws IOException {
    Set<Path> wanted =
        files.stream()
            .flatMap(
                file ->
                    Stream.of(
                        ArrivingFiles.whole(directory, file), ArrivingFiles.part(directory, file)))
            .collect(Collectors.toSet());
    try (var paths = Files.newDirectoryStream(directory)) {
      for (Path path : paths) {
        if (!wanted.contains(path)) {
          Files.delete(path);
        }
      }
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
