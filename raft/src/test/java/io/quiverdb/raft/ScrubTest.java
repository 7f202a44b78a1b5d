package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.core.StoreOptions;
import io.quiverdb.core.index.Indexing;
import io.quiverdb.core.op.FeatureLevels;
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.raft.GroupKey.ShardGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScrubTest {
  private static final Duration INTERVAL = Duration.ofHours(24);

  @TempDir Path directory;

  private final MetricRegistry metrics = new MetricRegistry();
  private final Queue<Runnable> begun = new ArrayDeque<>();
  private long nanos;
  private HostedGroups hosted;
  private Scrub scrub;

  @BeforeEach
  void open() throws IOException {
    hosted =
        new HostedGroups(
            directory,
            FileStorage.at(directory),
            StoreOptions.PAGE_CACHE_BYTES,
            Indexing.standard(),
            new SecureRandom(),
            () -> TestKeyRing.INSTANCE,
            shard -> new UUID(1, shard.number()),
            FeatureLevels.CURRENT,
            StoreState::new);
    scrub = new Scrub(hosted, INTERVAL, metrics, () -> nanos, begun::add);
    for (int shard = 0; shard < 2; shard++) {
      var _ = hosted.state(new ShardGroup(shard));
      var state = hosted.shard(shard).orElseThrow();
      var _ = state.apply(1, 1, state.filler());
      state.checkpoint();
    }
    scrub.tick();
  }

  @AfterEach
  void close() {
    hosted.close();
  }

  @Test
  void nothingIsReadRightAfterTheStart() {
    pass(Duration.ofMinutes(29));

    assertThat(begun).isEmpty();
  }

  @Test
  void replicasAreReadOneAfterTheOtherAndAgainAfterTheInterval() {
    pass(Duration.ofMinutes(30));
    assertThat(begun).hasSize(1);
    begun.remove().run();
    pass(Duration.ofSeconds(1));
    assertThat(begun).hasSize(1);
    begun.remove().run();

    pass(INTERVAL.minusMinutes(1));
    assertThat(begun).isEmpty();
    assertThat(count(0)).isEqualTo(1);
    assertThat(count(1)).isEqualTo(1);

    pass(Duration.ofMinutes(1));
    begun.remove().run();
    pass(Duration.ofMinutes(1));
    begun.remove().run();
    assertThat(count(0)).isEqualTo(2);
    assertThat(count(1)).isEqualTo(2);
  }

  @Test
  void whatRottedIsDamageOfThatReplicaOnly() throws IOException {
    rotManifestsOf(1);
    pass(Duration.ofMinutes(30));
    begun.remove().run();
    pass(Duration.ofSeconds(1));
    begun.remove().run();

    assertThat(hosted.shard(0).orElseThrow().damage()).isEmpty();
    assertThat(hosted.shard(1).orElseThrow().damage()).isPresent();
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
    scrub.tick();
  }

  private long count(int shard) {
    return metrics.counter("quiver.shard.scrubbed.total{shard=" + shard + "}").getCount();
  }

  private void rotManifestsOf(int shard) throws IOException {
    try (var paths = Files.walk(directory.resolve("shards").resolve(Integer.toString(shard)))) {
      for (var path :
          paths.filter(path -> path.getFileName().toString().startsWith("manifest-")).toList()) {
        byte[] bytes = Files.readAllBytes(path);
        bytes[bytes.length / 2] ^= 1;
        Files.write(path, bytes);
      }
    }
  }
}
