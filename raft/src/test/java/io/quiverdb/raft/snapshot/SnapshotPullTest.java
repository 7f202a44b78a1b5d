package io.quiverdb.raft.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.Position;
import io.quiverdb.core.snapshot.SnapshotFiles;
import io.quiverdb.core.storage.ReadableFile;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.snapshot.SnapshotOffer.OfferedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotPullTest {
  private static final int PIECE_BYTES = 100;
  private static final String NAME = "manifest-1-ab";

  @TempDir Path directory;
  private byte[] content = random(350);
  private final ScriptedSource source = new ScriptedSource();
  private byte[] more = {};
  private boolean stopped;
  private long fetchedBytes;
  private int fetchedAll;

  private static byte[] random(int bytes) {
    var random = new byte[bytes];
    new Random(7).nextBytes(random);
    return random;
  }

  /// Answers with pieces of [#content].
  private final class ScriptedSource implements SnapshotSource {
    private final List<Long> offsets = new ArrayList<>();
    private int piecesLeft = Integer.MAX_VALUE;
    private int pieceBytes = PIECE_BYTES;

    /// What all but the first piece wait for.
    private CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

    @Override
    public CompletableFuture<SnapshotOffer> open(int shard) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<ByteBuffer> read(UUID lease, String file, long offset) {
      offsets.add(offset);
      if (piecesLeft-- == 0) {
        return CompletableFuture.failedFuture(new ShardException.Unavailable("cut"));
      }
      var sent = ByteBuffer.allocate(content.length + more.length).put(content).put(more);
      int bytes = (int) Math.min(pieceBytes, sent.capacity() - offset);
      var piece = sent.slice((int) offset, bytes);
      return offset == 0 ? CompletableFuture.completedFuture(piece) : gate.thenApply(_ -> piece);
    }

    @Override
    public CompletableFuture<Void> close(UUID lease) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> holdLog(GroupKey group, long index) {
      throw new UnsupportedOperationException();
    }
  }

  private SnapshotPull pull() {
    return new SnapshotPull(
        new ShardGroup(0),
        source,
        directory.resolve("incoming"),
        new Rate(1L << 40, System::nanoTime),
        () -> stopped,
        bytes -> fetchedBytes += bytes,
        () -> fetchedAll++);
  }

  /// Fetches all files.
  ///
  /// @return where they lie
  private List<Path> fetch(SnapshotOffer offer) throws IOException {
    List<Path> places = new ArrayList<>();
    boolean _ =
        pull()
            .fetch(
                offer,
                files -> {
                  for (var file : files.list()) {
                    places.add(files.place(file).orElseThrow());
                  }
                  return true;
                });
    return places;
  }

  private static ReadableFile open(SnapshotFiles files) {
    try {
      return files.open(files.list().getFirst(), Arena.ofAuto());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] array(MemorySegment bytes) {
    return bytes.toArray(ValueLayout.JAVA_BYTE);
  }

  private SnapshotOffer offer() {
    return new SnapshotOffer(
        new UUID(1, 2),
        new Position(1, 1, 9),
        ByteString.EMPTY,
        List.of(new OfferedFile(NAME, content.length, sha256(content))));
  }

  private static ByteString sha256(byte[] bytes) {
    try {
      return ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void filesArriveAsTheyWereOffered() throws IOException {
    var offer = offer();

    boolean used =
        pull()
            .fetch(
                offer,
                files -> {
                  assertThat(files.list()).isEqualTo(offer.snapshotFiles());
                  assertThat(array(open(files).bytes())).isEqualTo(content);
                  assertThat(files.place(files.list().getFirst()).orElseThrow())
                      .hasBinaryContent(content);
                  // Opened after it has come.
                  assertThat(array(open(files).bytes(50, 100)))
                      .isEqualTo(Arrays.copyOfRange(content, 50, 150));
                  return true;
                });

    assertThat(used).isTrue();
    assertThat(source.offsets).containsExactly(0L, 100L, 200L, 300L);
    assertThat(fetchedBytes).isEqualTo(content.length);
    assertThat(fetchedAll).isEqualTo(1);
  }

  @Test
  void whatHasComeIsReadWhileTheRestComes() throws Exception {
    content = random((int) ArrivingFiles.READ_EARLY_BYTES_MIN + 50);
    source.pieceBytes = 1 << 20;
    source.gate = new CompletableFuture<>();

    boolean _ =
        pull()
            .fetch(
                offer(),
                files -> {
                  var file = open(files);
                  assertThat(file.length()).isEqualTo(content.length);
                  assertThat(array(file.bytes(20, source.pieceBytes - 20)))
                      .isEqualTo(Arrays.copyOfRange(content, 20, source.pieceBytes));
                  var rest = new CompletableFuture<byte[]>();
                  var reader =
                      Thread.ofPlatform()
                          .start(() -> rest.complete(read(file, 20, content.length - 20)));
                  while (reader.getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                  }
                  source.gate.complete(null);
                  assertThat(rest.join())
                      .isEqualTo(Arrays.copyOfRange(content, 20, content.length));
                  assertThat(array(file.bytes())).isEqualTo(content);
                  return true;
                });
  }

  @Test
  void smallFileIsReadWhenItHasComeWhole() throws Exception {
    source.gate = new CompletableFuture<>();

    boolean _ =
        pull()
            .fetch(
                offer(),
                files -> {
                  var first = new CompletableFuture<byte[]>();
                  var reader =
                      Thread.ofPlatform().start(() -> first.complete(read(open(files), 0, 1)));
                  while (reader.getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                  }
                  source.gate.complete(null);
                  assertThat(first.join()).containsExactly(content[0]);
                  return true;
                });
  }

  @Test
  void filesOfTheSameContentAreFetchedOnce() throws IOException {
    var twice =
        new SnapshotOffer(
            new UUID(1, 2),
            new Position(1, 1, 9),
            ByteString.EMPTY,
            List.of(
                new OfferedFile(NAME, content.length, sha256(content)),
                new OfferedFile("window-1", content.length, sha256(content))));

    var places = fetch(twice);

    assertThat(places).hasSize(2).containsOnly(places.getFirst());
    assertThat(source.offsets).containsExactly(0L, 100L, 200L, 300L);
  }

  private static byte[] read(ReadableFile file, long offset, long length) {
    try {
      return array(file.bytes(offset, length));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void useThatFailsEndsTheFetching() {
    source.gate = new CompletableFuture<>();
    var unsound = new CorruptFileException(NAME, 0, "content", "sound", "not");

    assertThatThrownBy(
            () ->
                pull()
                    .fetch(
                        offer(),
                        files -> {
                          assertThat(open(files).length()).isEqualTo(content.length);
                          openGateWhenAbandoned((ArrivingFiles) files);
                          throw unsound;
                        }))
        .isSameAs(unsound);
    assertThat(fetchedAll).isZero();
    assertThat(source.offsets).doesNotContain(200L);
  }

  private void openGateWhenAbandoned(ArrivingFiles files) {
    var _ =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!files.isAbandoned()) {
                    Thread.onSpinWait();
                  }
                  source.gate.complete(null);
                });
  }

  @Test
  void fetchingThatBreaksOffEndsTheUseAndIsWhatIsTold() {
    source.piecesLeft = 2;
    List<Throwable> seen = new ArrayList<>();

    assertThatThrownBy(
            () ->
                pull()
                    .fetch(
                        offer(),
                        files -> {
                          try {
                            return files.place(files.list().getFirst()).isPresent();
                          } catch (IOException e) {
                            seen.add(e);
                            throw new UncheckedIOException("not installed", e);
                          }
                        }))
        .isInstanceOf(ShardException.Unavailable.class)
        .hasMessage("cut");
    assertThat(seen).singleElement().asString().contains("not all of it came");
  }

  @Test
  void attemptGoesOnAtTheByteWhereTheLastOneBrokeOff() throws IOException {
    source.piecesLeft = 2;
    assertThatThrownBy(() -> fetch(offer())).isInstanceOf(ShardException.Unavailable.class);
    source.piecesLeft = Integer.MAX_VALUE;
    source.offsets.clear();

    var places = fetch(offer());

    assertThat(source.offsets).containsExactly(200L, 300L);
    assertThat(places).hasSize(1);
    source.offsets.clear();
    assertThat(fetch(offer())).isEqualTo(places);
    assertThat(source.offsets).as("whole files are not asked for again").isEmpty();
  }

  /// A store may have it as one of its own.
  @Test
  void nothingIsWrittenToAFileThatIsWhole() throws IOException {
    Path whole = fetch(offer()).getFirst();
    Path ofAStore = Files.createLink(directory.resolve("of-a-store"), whole);
    byte[] before = content.clone();

    for (int bytes : List.of(content.length - 50, content.length + 50)) {
      var lies =
          new SnapshotOffer(
              new UUID(1, 2),
              new Position(1, 1, 9),
              ByteString.EMPTY,
              List.of(new OfferedFile(NAME, bytes, sha256(content))));
      more = new byte[100];
      assertThatThrownBy(() -> fetch(lies)).isInstanceOf(CorruptFileException.class);
    }

    assertThat(Files.readAllBytes(ofAStore)).isEqualTo(before);
  }

  @Test
  void fileThatIsNotWhatWasOfferedIsDeletedAndNamed() throws IOException {
    var offer = offer();
    content[120] ^= 1;

    assertThatThrownBy(() -> fetch(offer))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining(NAME)
        .hasMessageContaining("SHA-256");

    assertThat(directory.resolve("incoming")).isEmptyDirectory();
  }

  @Test
  void pieceThatIsTooLongIsRefused() {
    source.pieceBytes = 1_000;
    var offer =
        new SnapshotOffer(
            new UUID(1, 2),
            new Position(1, 1, 9),
            ByteString.EMPTY,
            List.of(new OfferedFile(NAME, 200, sha256(content))));

    assertThatThrownBy(() -> fetch(offer))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("piece");
  }

  @Test
  void emptyPieceBeforeTheEndIsRefused() {
    source.pieceBytes = 0;

    assertThatThrownBy(() -> fetch(offer())).isInstanceOf(CorruptFileException.class);
  }

  @Test
  void filesOfOtherSnapshotsAreDeleted() throws IOException {
    var incoming = Files.createDirectories(directory.resolve("incoming"));
    Path other = Files.writeString(incoming.resolve("00ff"), "x");

    var _ = fetch(offer());

    assertThat(other).doesNotExist();
  }

  @Test
  void attemptEndsWhenTheNodeStops() {
    stopped = true;

    assertThatThrownBy(() -> fetch(offer())).isInstanceOf(ShardException.Unavailable.class);
    assertThat(source.offsets).isEmpty();
  }
}
