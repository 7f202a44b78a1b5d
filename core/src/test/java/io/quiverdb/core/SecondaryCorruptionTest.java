package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.Filter.Value;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.SimulatedStorage;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Damage to a `.sec` file is named by those who read it, or changes no answer.
final class SecondaryCorruptionTest {
  private static final long COLLECTION = 9;
  private static final int ROWS = 200;
  private static final Filter FILTER =
      new Filter.And(
          List.of(
              new Filter.Eq("lang", new Value.Text("en")),
              new Filter.Range(
                  "n",
                  Optional.of(new Filter.Bound(new Value.Whole(50), true)),
                  Optional.empty())));

  private final SimulatedStorage storage = new SimulatedStorage();
  private String path = "";
  private byte[] intact = {};

  @BeforeEach
  void fillStore() {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      var _ =
          shard.apply(
              shard.store.prepareCreateCollection(
                  shard.stamp(),
                  COLLECTION,
                  2,
                  "indexed",
                  new Descriptor(4, Metric.L2_SQUARED),
                  new Settings(
                      List.of(
                          new FilterableField("lang", FilterableField.Type.KEYWORD),
                          new FilterableField("n", FilterableField.Type.NUMERIC))),
                  TestKeys.SHARED.wrapped(COLLECTION)));
      for (int row = 0; row < ROWS; row++) {
        var payload = "{\"lang\":\"" + (row % 2 == 0 ? "en" : "fr") + "\",\"n\":" + row + "}";
        var point = new Point("p" + row, Vector.of(row, 0, 0, 0), Payload.ofJson(payload));
        var _ = shard.apply(shard.store.prepareUpsert(shard.stamp(), COLLECTION, List.of(point)));
      }
      shard.store.checkpoint();
    }
    path = storage.files().stream().filter(file -> file.endsWith(".sec")).findFirst().orElseThrow();
    intact = storage.content(path);
  }

  @Test
  void flippedBitIsNamedOrHarmless() {
    int named = 0;
    // Every byte of the front, where all that is alive lies, and some of the rest.
    for (int offset = 0; offset < intact.length; offset += offset < 3000 ? 1 : 101) {
      byte[] damaged = intact.clone();
      damaged[offset] ^= (byte) (1 << (offset % Byte.SIZE));
      storage.overwrite(path, damaged);
      try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
        assertThat(count(shard)).as("offset %d", offset).isEqualTo(75);
      } catch (CorruptFileException e) {
        assertThat(e).hasMessageContaining(path);
        named++;
      }
    }
    assertThat(named).isGreaterThan(2000);
  }

  @Test
  void cutFileIsNamed() {
    for (int length = 0; length < intact.length; length += 997) {
      storage.overwrite(path, Arrays.copyOf(intact, length));

      assertThatThrownBy(() -> new TestShard(storage, RequestWindow.BYTES_MAX))
          .isInstanceOf(CorruptFileException.class)
          .hasMessageContaining(path);
    }
  }

  @Test
  void verificationNamesTheFile() {
    byte[] damaged = intact.clone();
    damaged[200] ^= 1;
    storage.overwrite(path, damaged);

    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      assertThat(shard.store.verify().damages())
          .anySatisfy(damage -> assertThat(damage.file()).isEqualTo(path));
    }
  }

  private static long count(TestShard shard) {
    return shard.view().collection(COLLECTION).orElseThrow().count(Optional.of(FILTER));
  }
}
