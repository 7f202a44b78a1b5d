package io.quiverdb.raft.snapshot;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.snapshot.SnapshotFile;
import io.quiverdb.core.snapshot.SnapshotFiles;
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.core.storage.ReadableFile;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.ShardException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Fetches the files of one snapshot from another member into a directory.
///
/// A file is named there by its SHA-256, so whatever is there of it is a beginning of it, whoever
/// it came from: an attempt goes on where the one before broke off, a restart of this node
/// included. A file counts when it is durable and its hash is right: the store takes it as it lies.
final class SnapshotPull {
  /// So that little is left to be written when the last piece has come.
  private static final long SYNC_BYTES = 32 << 20;

  private final GroupKey.ShardGroup shard;
  private final SnapshotSource source;
  private final Path directory;
  private final Rate rate;
  private final BooleanSupplier isStopped;
  private final LongConsumer fetchedBytes;

  /// @param isStopped whether to give up
  /// @param fetchedBytes told of each piece
  SnapshotPull(
      GroupKey.ShardGroup shard,
      SnapshotSource source,
      Path directory,
      Rate rate,
      BooleanSupplier isStopped,
      LongConsumer fetchedBytes) {
    this.shard = shard;
    this.source = source;
    this.directory = directory;
    this.rate = rate;
    this.isStopped = isStopped;
    this.fetchedBytes = fetchedBytes;
  }

  /// Fetches what is not there yet.
  ///
  /// @throws IOException if this node's disk fails
  /// @throws IllegalArgumentException if what is offered can be no snapshot
  /// @throws CorruptFileException if what came is not what was offered; it is deleted
  /// @throws ShardException if the source does not answer, or refuses
  SnapshotFiles fetch(SnapshotOffer offer) throws IOException {
    var files = offer.snapshotFiles();
    Files.createDirectories(directory);
    deleteOthers(files);
    for (var file : files) {
      fetch(offer, file);
    }
    return new Fetched(directory, files);
  }

  private void fetch(SnapshotOffer offer, SnapshotFile file) throws IOException {
    Path path = directory.resolve(hex(file.sha256()));
    var digest = sha256();
    try (var channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long offset = beginning(channel, file, digest);
      long synced = 0;
      while (offset < file.bytes()) {
        var piece = piece(offer, file, offset);
        offset += piece.remaining();
        rate.take(piece.remaining());
        fetchedBytes.accept(piece.remaining());
        digest.update(piece.duplicate());
        while (piece.hasRemaining()) {
          channel.write(piece);
        }
        if (offset - synced >= SYNC_BYTES) {
          sync(channel, path);
          synced = offset;
        }
      }
      sync(channel, path);
    }
    var found = ByteString.copyFrom(digest.digest());
    if (!found.equals(file.sha256())) {
      Files.delete(path);
      throw new CorruptFileException(
          file.name() + " of a snapshot", 0, "SHA-256", hex(file.sha256()), hex(found));
    }
  }

  /// Goes to the end of what is there of a file.
  ///
  /// @param digest of what is there
  private static long beginning(FileChannel channel, SnapshotFile file, MessageDigest digest)
      throws IOException {
    if (channel.size() > file.bytes()) {
      // Longer than it should be, it is no beginning.
      channel.truncate(0);
    }
    var piece = ByteBuffer.allocate(SnapshotLeases.CHUNK_BYTES);
    while (channel.read(piece) >= 0) {
      digest.update(piece.flip());
      piece.clear();
    }
    return channel.position();
  }

  /// What a failed sync has not written may be lost, and still be read until it is: nothing of it
  /// counts.
  private static void sync(FileChannel channel, Path path) throws IOException {
    try {
      channel.force(true);
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      Files.delete(path);
      throw e;
    }
  }

  private ByteBuffer piece(SnapshotOffer offer, SnapshotFile file, long offset) {
    if (isStopped.getAsBoolean()) {
      throw new ShardException.Unavailable(shard + ": not fetched any more");
    }
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
    Set<String> wanted = files.stream().map(file -> hex(file.sha256())).collect(Collectors.toSet());
    try (var paths = Files.newDirectoryStream(directory)) {
      for (Path path : paths) {
        if (!wanted.contains(path.getFileName().toString())) {
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

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  /// Files as they lie in the directory.
  private record Fetched(Path directory, List<SnapshotFile> list) implements SnapshotFiles {
    @Override
    public ReadableFile open(SnapshotFile file, Arena arena) throws IOException {
      return FileStorage.at(directory).open(hex(file.sha256()), arena);
    }

    @Override
    public Optional<Path> place(SnapshotFile file) {
      return Optional.of(directory.resolve(hex(file.sha256())));
    }
  }
}
