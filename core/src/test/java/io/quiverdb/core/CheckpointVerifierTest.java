package io.quiverdb.core;

import static io.quiverdb.core.TestShard.point;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.checkpoint.CheckpointVerifier;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CheckpointVerifierTest {
  private static final int FLIPS = 10;

  private final SimulatedStorage storage = new SimulatedStorage();
  private final SplittableRandom random = new SplittableRandom(Seed.draw());

  @BeforeEach
  void fillStore() {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      var _ =
          shard.apply(
              shard.store.prepareUpdateSettings(
                  shard.stamp(),
                  TestShard.COLLECTION,
                  2,
                  new Settings(
                      List.of(new FilterableField("value", FilterableField.Type.NUMERIC)))));
      for (int index = 0; index < 300; index++) {
        shard.upsert(point("id-" + index, index));
      }
      shard.store.checkpoint();
      shard.delete("id-7", "id-250");
      shard.upsert(point("id-9", 1));
      shard.store.checkpoint();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1_000})
  void soundStoreVerifiesInAnyNumberOfParts(int parts) throws IOException {
    var verification = verify(storage, parts);

    assertThat(verification.isIntact()).isTrue();
    assertThat(verification.rowCount()).isEqualTo(301);
    assertThat(verification).isEqualTo(verify(storage, 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7})
  void partsFindTheDamageThatIsFoundWithoutThem(int parts) throws IOException {
    var files = storage.files().stream().filter(path -> path.matches(".*/(seg|del)-.*")).toList();
    for (int flip = 0; flip < FLIPS; flip++) {
      var damaged = storage.copy();
      String path = files.get(random.nextInt(files.size()));
      byte[] content = damaged.content(path).clone();
      content[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      damaged.overwrite(path, content);

      var inParts = verify(damaged, parts);

      assertThat(inParts.damages()).as(path).isNotEmpty();
      assertThat(inParts).as(path).isEqualTo(verify(damaged, 1));
    }
  }

  private Verification verify(SimulatedStorage files, int parts) throws IOException {
    var keyRing = TestKeys.SHARED.keyRing();
    var options = StoreOptions.standard();
    var published =
        ManifestStore.open(files, options.random(), keyRing, Optional.empty())
            .published()
            .orElseThrow();
    var verifier = new CheckpointVerifier(files, keyRing, options.levels(), options.random());
    return verifier.verify(published, parts);
  }
}
