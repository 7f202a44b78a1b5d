package io.quiverdb.raft.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.Position;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.snapshot.SnapshotOffer.OfferedFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
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
  private final byte[] content = new byte[350];
  private final ScriptedSource source = new ScriptedSource();
  private byte[] more = {};
  private boolean stopped;
  private long fetchedBytes;

  SnapshotPullTest() {
    new Random(7).nextBytes(content);
  }

  /// Answers with pieces of [#content].
  private final class ScriptedSource implements SnapshotSource {
    private final List<Long> offsets = new ArrayList<>();
    private int piecesLeft = Integer.MAX_VALUE;
    private int pieceBytes = PIECE_BYTES;

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
      return CompletableFuture.completedFuture(sent.slice((int) offset, bytes));
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
        bytes -> fetchedBytes += bytes);
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

    var files = pull().fetch(offer);

    assertThat(files.list()).isEqualTo(offer.snapshotFiles());
    try (var arena = Arena.ofConfined()) {
      var file = files.open(files.list().getFirst(), arena);
      assertThat(file.bytes().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(content);
    }
    assertThat(source.offsets).containsExactly(0L, 100L, 200L, 300L);
    assertThat(fetchedBytes).isEqualTo(content.length);
  }

  @Test
  void attemptGoesOnAtTheByteWhereTheLastOneBrokeOff() throws IOException {
    source.piecesLeft = 2;
    assertThatThrownBy(() -> pull().fetch(offer())).isInstanceOf(ShardException.Unavailable.class);
    source.piecesLeft = Integer.MAX_VALUE;
    source.offsets.clear();

    var files = pull().fetch(offer());

    assertThat(source.offsets).containsExactly(200L, 300L);
    assertThat(files.list()).hasSize(1);
    source.offsets.clear();
    var again = pull().fetch(offer());
    assertThat(again.list()).hasSize(1);
    assertThat(source.offsets).as("whole files are not asked for again").isEmpty();
  }

  /// A store may have it as one of its own.
  @Test
  void nothingIsWrittenToAFileThatIsWhole() throws IOException {
    var file = offer().snapshotFiles().getFirst();
    Path whole = pull().fetch(offer()).place(file).orElseThrow();
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
      assertThatThrownBy(() -> pull().fetch(lies)).isInstanceOf(CorruptFileException.class);
    }

    assertThat(Files.readAllBytes(ofAStore)).isEqualTo(before);
  }

  @Test
  void fileThatIsNotWhatWasOfferedIsDeletedAndNamed() throws IOException {
    var offer = offer();
    content[120] ^= 1;

    assertThatThrownBy(() -> pull().fetch(offer))
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

    assertThatThrownBy(() -> pull().fetch(offer))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("piece");
  }

  @Test
  void emptyPieceBeforeTheEndIsRefused() {
    source.pieceBytes = 0;

    assertThatThrownBy(() -> pull().fetch(offer())).isInstanceOf(CorruptFileException.class);
  }

  @Test
  void filesOfOtherSnapshotsAreDeleted() throws IOException {
    var incoming = Files.createDirectories(directory.resolve("incoming"));
    Path other = Files.writeString(incoming.resolve("00ff"), "x");

    var _ = pull().fetch(offer());

    assertThat(other).doesNotExist();
  }

  @Test
  void attemptEndsWhenTheNodeStops() {
    stopped = true;

    assertThatThrownBy(() -> pull().fetch(offer())).isInstanceOf(ShardException.Unavailable.class);
    assertThat(source.offsets).isEmpty();
  }
}
