package io.quiverdb.raft.catalog;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.Outcome;
import io.quiverdb.core.Position;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class ReconcilerTest {
  private static final Outcome APPLIED = new Outcome.Applied(1, List.of());

  @Test
  void idsOfShardRequestsFollowFromWhatCausedThem() throws Exception {
    var expected = MessageDigest.getInstance("SHA-256");
    expected.update("catalog".getBytes(US_ASCII));
    expected.update(ByteBuffer.allocate(20).putLong(7).putLong(8).putInt(2).flip());
    expected.update("create".getBytes(US_ASCII));
    var bytes = ByteBuffer.wrap(expected.digest());

    assertThat(Digests.shardRequest(7, 8, 2, "create").uuid())
        .isEqualTo(new UUID(bytes.getLong(), bytes.getLong()));

    var ids = new HashSet<>();
    for (long number = 0; number < 3; number++) {
      for (int shard = 0; shard < 3; shard++) {
        ids.add(Digests.shardRequest(number, 1, shard, "create"));
        ids.add(Digests.shardRequest(number, 1, shard, "drop"));
        ids.add(Digests.shardRequest(1, number + 10, shard, "create"));
      }
    }
    assertThat(ids).hasSize(27);
  }

  @Test
  void whatTheShardHasDoneOrOutlivedIsDone() {
    for (var done :
        List.of(
            APPLIED,
            new Outcome.Duplicate(APPLIED),
            new Outcome.AlreadyExists(),
            new Outcome.Duplicate(new Outcome.AlreadyExists()),
            new Outcome.Superseded())) {
      assertThatCode(() -> ShardOutcomes.requireCreated(done)).doesNotThrowAnyException();
    }
    for (var done : List.of(APPLIED, new Outcome.Duplicate(APPLIED), new Outcome.Superseded())) {
      assertThatCode(() -> ShardOutcomes.requireDropped(done)).doesNotThrowAnyException();
      assertThatCode(() -> ShardOutcomes.requireUpdated(done)).doesNotThrowAnyException();
      assertThatCode(() -> ShardOutcomes.requireOwned(done, 1)).doesNotThrowAnyException();
    }
    assertThatCode(() -> ShardOutcomes.requireOwned(new Outcome.StaleEpoch(2), 1))
        .doesNotThrowAnyException();
  }

  @Test
  void whatTheShardRefusedIsNotDone() {
    for (var refused :
        List.of(
            new Outcome.Invalid("?"),
            new Outcome.Duplicate(new Outcome.Invalid("?")),
            new Outcome.Expired(Position.START),
            new Outcome.RequestIdReused(),
            new Outcome.StaleEpoch(0),
            new Outcome.WrongShard("id"))) {
      assertThatThrownBy(() -> ShardOutcomes.requireCreated(refused))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> ShardOutcomes.requireDropped(refused))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> ShardOutcomes.requireUpdated(refused))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> ShardOutcomes.requireOwned(refused, 1))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void waitsGrowToTheLongest() {
    var pace =
        new Reconciler.Pace(Duration.ofMillis(50), Duration.ofMillis(150), Duration.ofSeconds(1));

    assertThat(pace.delayAfter(1)).isEqualTo(Duration.ofMillis(50));
    assertThat(pace.delayAfter(2)).isEqualTo(Duration.ofMillis(100));
    assertThat(pace.delayAfter(3)).isEqualTo(Duration.ofMillis(150));
    assertThat(pace.delayAfter(100_000)).isEqualTo(Duration.ofMillis(150));
  }
}
