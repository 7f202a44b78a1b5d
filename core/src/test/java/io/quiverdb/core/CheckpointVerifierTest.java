package io.quiverdb.core;

import static io.quiverdb.core.TestShard.point;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.checkpoint.CheckpointVerifier;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class CheckpointVerifierTest {
  private static final int FLIPS = 20;

  private final SimulatedStorage storage = new SimulatedStorage();
  private final SplittableRandom random = new SplittableRandom(Seed.draw());

  @BeforeEach
  void fillStore() {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      for (int index = 0; index < 300; index++) {
        shard.upsert(point("id-" + index, index));
      }
      shard.store.checkpoint();
      shard.delete("id-7", "id-250");
      shard.upsert(point("id-9", 1));
      shard.store.checkpoint();
    }
  }

  @Test
  void allProcessorsFindWhatIsSound() throws IOException {
    var verification = verify(storage, true);

    assertThat(verification.isIntact()).isTrue();
    assertThat(verification.rowCount()).isEqualTo(301);
    assertThat(verification).isEqualTo(verify(storage, false));
  }

  @Test
  void allProcessorsFindTheDamageThatOneFinds() throws IOException {
    var files = storage.files().stream().filter(path -> path.matches(".*/(seg|del)-.*")).toList();
    for (int flip = 0; flip < FLIPS; flip++) {
      var damaged = storage.copy();
      String path = files.get(random.nextInt(files.size()));
      byte[] content = damaged.content(path).clone();
      content[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      damaged.overwrite(path, content);

      var byAll = verify(damaged, true);
      var byOne = verify(damaged, false);

      assertThat(byAll.damages()).as(path).isNotEmpty();
      assertThat(byAll).as(path).isEqualTo(byOne);
    }
  }

  private Verification verify(SimulatedStorage files, boolean fast) throws IOException {
    var keyRing = TestKeys.SHARED.keyRing();
    var options = StoreOptions.standard();
    var published =
        ManifestStore.open(files, options.random(), keyRing, Optional.empty())
            .published()
            .orElseThrow();
    var verifier = new CheckpointVerifier(files, keyRing, options.levels(), options.random());
    return fast ? verifier.verifyFast(published) : verifier.verify(published);
  }
}
