package io.quiverdb.raft.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import com.google.protobuf.ByteString;
import io.quiverdb.core.Position;
import io.quiverdb.core.snapshot.SnapshotFiles;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.snapshot.SnapshotOffer.OfferedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotPullerTest {
  private static final ShardGroup SHARD = new ShardGroup(3);
  private static final NodeId FIRST = new NodeId(new UUID(0, 1));
  private static final NodeId LEADER = new NodeId(new UUID(0, 2));
  private static final long FIRST_IN_LOG = 50;
  private static final byte[] CONTENT = "a manifest".getBytes(StandardCharsets.UTF_8);

  @TempDir Path directory;
  private final Map<NodeId, ScriptedSource> sources =
      Map.of(FIRST, new ScriptedSource(FIRST), LEADER, new ScriptedSource(LEADER));
  private final List<NodeId> asked = new ArrayList<>();
  private final List<Long> held = new ArrayList<>();
  private final List<UUID> closed = new ArrayList<>();
  private final List<SnapshotFiles> installed = new ArrayList<>();
  private final MetricRegistry metrics = new MetricRegistry();
  private long applied = 10;
  private long nanos;

  /// By which entries the member's own log was held.
  private final List<Long> heldHere = new CopyOnWriteArrayList<>();

  /// Offers one file.
  private final class ScriptedSource implements SnapshotSource {
    private final NodeId id;
    private boolean isDown;
    private long index = 60;
    private int piecesLeft = Integer.MAX_VALUE;
    private byte[] sent = CONTENT;
    private Runnable onRead = () -> {};

    ScriptedSource(NodeId id) {
      this.id = id;
    }

    @Override
    public CompletableFuture<SnapshotOffer> open(int shard) {
      assertThat(shard).isEqualTo(SHARD.number());
      asked.add(id);
      if (isDown) {
        return CompletableFuture.failedFuture(new ShardException.Unavailable("down"));
      }
      var file = new OfferedFile("manifest-1-ab", CONTENT.length, sha256());
      return CompletableFuture.completedFuture(
          new SnapshotOffer(id.uuid(), new Position(1, 1, index), ByteString.EMPTY, List.of(file)));
    }

    @Override
    public CompletableFuture<ByteBuffer> read(UUID lease, String file, long offset) {
      if (offset == CONTENT.length) {
        return CompletableFuture.completedFuture(ByteBuffer.allocate(0));
      }
      onRead.run();
      if (piecesLeft-- == 0) {
        return CompletableFuture.failedFuture(new ShardException.Unavailable("cut"));
      }
      return CompletableFuture.completedFuture(ByteBuffer.wrap(sent, (int) offset, 1));
    }

    @Override
    public CompletableFuture<Void> close(UUID lease) {
      closed.add(lease);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> holdLog(GroupKey group, long from) {
      held.add(from);
      return CompletableFuture.completedFuture(null);
    }
  }

  private static ByteString sha256() {
    try {
      return ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(CONTENT));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private ScriptedSource source(NodeId id) {
    return Optional.ofNullable(sources.get(id)).orElseThrow();
  }

  private SnapshotPuller puller() {
    return new SnapshotPuller(
        directory,
        1L << 40,
        _ -> List.of(FIRST, LEADER),
        this::source,
        new SnapshotPuller.Target() {
          @Override
          public void holdLog(ShardGroup shard, long index) {
            heldHere.add(index);
          }

          @Override
          public long soundIndex(ShardGroup shard) {
            return applied;
          }

          @Override
          public boolean install(ShardGroup shard, SnapshotFiles files, ByteString configuration) {
            for (var file : files.list()) {
              try {
                assertThat(files.place(file)).isPresent();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }
            installed.add(files);
            return true;
          }
        },
        new SnapshotMetrics(metrics),
        () -> nanos,
        Runnable::run);
  }

  /// Asks when every pause is over.
  private void need(SnapshotPuller puller) {
    nanos += Duration.ofMinutes(1).toNanos();
    puller.need(SHARD, Optional.of(LEADER), FIRST_IN_LOG);
  }

  private Path incoming() {
    return directory.resolve("3");
  }

  @Test
  void snapshotIsFetchedInstalledAndTidiedUp() {
    need(puller());

    assertThat(asked).containsExactly(LEADER);
    assertThat(installed).hasSize(1);
    assertThat(held).as("the logs of both").containsExactly(60L, 60L);
    assertThat(heldHere).containsExactly(60L);
    assertThat(closed).containsExactly(LEADER.uuid());
    assertThat(incoming()).doesNotExist();
  }

  @Test
  void leaderIsAskedFirstAndTheOthersInTurnWhileNothingComes() {
    var puller = puller();
    source(FIRST).isDown = true;
    source(LEADER).isDown = true;

    for (int attempt = 0; attempt < 4; attempt++) {
      need(puller);
    }

    assertThat(asked).containsExactly(LEADER, FIRST, LEADER, FIRST);
    assertThat(installed).isEmpty();
  }

  /// The files of another member would have to be fetched from their beginning.
  @Test
  void attemptThatGotSomethingGoesOnWithItsSource() {
    var puller = puller();
    source(LEADER).piecesLeft = 3;
    need(puller);
    source(LEADER).piecesLeft = Integer.MAX_VALUE;

    need(puller);

    assertThat(asked).containsExactly(LEADER, LEADER);
    assertThat(installed).hasSize(1);
  }

  @Test
  void sourceThatStallsAfterAWhileIsLeft() {
    var puller = puller();
    source(LEADER).piecesLeft = 3;
    need(puller);
    source(LEADER).piecesLeft = 0;
    need(puller);

    need(puller);

    assertThat(asked).containsExactly(LEADER, LEADER, FIRST);
    assertThat(installed).hasSize(1);
  }

  @Test
  void sourceThatSendsWhatItDidNotOfferIsLeft() {
    var puller = puller();
    source(LEADER).sent = "b manifest".getBytes(StandardCharsets.UTF_8);
    need(puller);

    need(puller);

    assertThat(asked).containsExactly(LEADER, FIRST);
    assertThat(installed).hasSize(1);
  }

  @Test
  void snapshotOfNoUseIsLetGoAndHoldsNoLog() {
    var puller = puller();
    source(LEADER).index = FIRST_IN_LOG - 2;
    need(puller);
    source(FIRST).index = 60;
    applied = 60;
    need(puller);

    assertThat(asked).containsExactly(LEADER, FIRST);
    assertThat(installed).isEmpty();
    assertThat(held).isEmpty();
    assertThat(closed).containsExactly(LEADER.uuid(), FIRST.uuid());
  }

  @Test
  void pauseAfterAFailureGrows() {
    var puller = puller();
    source(FIRST).isDown = true;
    source(LEADER).isDown = true;
    puller.need(SHARD, Optional.of(LEADER), FIRST_IN_LOG);
    List<Long> pausesMillis = new ArrayList<>();
    for (int attempt = 1; attempt < 8; attempt++) {
      long pauseMillis = 0;
      while (asked.size() == attempt) {
        pauseMillis += 500;
        nanos += Duration.ofMillis(500).toNanos();
        puller.need(SHARD, Optional.of(LEADER), FIRST_IN_LOG);
      }
      pausesMillis.add(pauseMillis);
    }

    assertThat(pausesMillis)
        .containsExactly(1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 30_000L, 30_000L);
  }

  @Test
  void whatWasFetchedIsDeletedWithTheReplicaThatItWasFor() throws IOException {
    var puller = puller();
    source(LEADER).piecesLeft = 3;
    need(puller);
    assertThat(incoming()).exists();

    assertThat(puller.abandon(SHARD)).isTrue();

    assertThat(incoming()).doesNotExist();
    // Another replica of the shard is given one.
    source(LEADER).piecesLeft = Integer.MAX_VALUE;
    need(puller);
    assertThat(installed).hasSize(1);
  }

  @Test
  void snapshotThatIsBeingFetchedForAReplicaThatIsRemovedIsNotFetchedOn() throws IOException {
    var puller = puller();
    List<Boolean> gone = new ArrayList<>();
    source(LEADER).onRead =
        () -> {
          try {
            gone.add(puller.abandon(SHARD));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };

    need(puller);

    assertThat(gone).containsOnly(false);
    assertThat(installed).isEmpty();
    assertThat(puller.abandon(SHARD)).isTrue();
    assertThat(incoming()).doesNotExist();
  }

  @Test
  void nothingIsFetchedByANodeThatCloses() {
    var puller = puller();
    puller.close();

    need(puller);

    assertThat(asked).isEmpty();
  }

  @Test
  void leftoversAreDeletedWhenNobodyHasAskedForAWhile() throws IOException {
    var puller = puller();
    source(LEADER).piecesLeft = 3;
    need(puller);
    Path begun = incoming().resolve(HexFormat.of().formatHex(sha256().toByteArray()) + ".part");

    nanos += Duration.ofMinutes(9).toNanos();
    puller.tidy();
    assertThat(Files.size(begun)).isEqualTo(3);

    nanos += Duration.ofMinutes(2).toNanos();
    puller.tidy();
    assertThat(incoming()).doesNotExist();
  }

  @Test
  void leftoversOfAnEarlierProcessAreDeletedAfterAWhileToo() throws IOException {
    source(LEADER).piecesLeft = 3;
    need(puller());
    var restarted = puller();

    restarted.tidy();
    nanos += Duration.ofMinutes(9).toNanos();
    restarted.tidy();
    assertThat(incoming()).isNotEmptyDirectory();

    nanos += Duration.ofMinutes(2).toNanos();
    restarted.tidy();
    assertThat(incoming()).doesNotExist();
  }
}
