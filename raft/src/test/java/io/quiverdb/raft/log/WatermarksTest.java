package io.quiverdb.raft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.crypto.KeyBytes;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.crypto.PlainCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatermarksTest {
  private static final UUID ONE = new UUID(1, 1);
  private static final UUID OTHER = new UUID(2, 2);
  private static final PageCodec PLAIN = PlainCodec.INSTANCE;

  @TempDir private Path folder;

  private Watermarks open() throws IOException {
    return Watermarks.open(folder, PLAIN, true);
  }

  private void create() throws IOException {
    Watermarks.open(folder, PLAIN, false).close();
  }

  private void raise(UUID group, long index) throws IOException {
    try (var marks = open()) {
      marks.raise(group, index);
      marks.write();
    }
  }

  private Path file() {
    return folder.resolve("watermarks");
  }

  private static PageCodec sealing(int key) {
    var bytes = new byte[KeyBytes.BYTES];
    bytes[0] = (byte) key;
    return KeyRing.of(KeyBytes.copyOf(bytes), new SecureRandom()).catalog(new UUID(9, 9));
  }

  @Test
  void groupThatWasNeverMarkedHasNoMark() throws IOException {
    create();

    try (var marks = open()) {
      assertThat(marks.of(ONE)).isEqualTo(-1);
    }
  }

  @Test
  void marksAreThereAfterARestart() throws IOException {
    create();
    for (long index = 0; index < 5; index++) {
      raise(ONE, index);
      raise(OTHER, 100 * index);
    }

    try (var marks = open()) {
      assertThat(marks.of(ONE)).isEqualTo(4);
      assertThat(marks.of(OTHER)).isEqualTo(400);
    }
  }

  @Test
  void markOnlyRises() throws IOException {
    create();
    raise(ONE, 7);
    raise(ONE, 3);

    try (var marks = open()) {
      assertThat(marks.of(ONE)).isEqualTo(7);
    }
  }

  @Test
  void nothingIsWrittenWhereNoMarkRose() throws IOException {
    create();
    raise(ONE, 7);
    byte[] before = Files.readAllBytes(file());
    raise(ONE, 7);

    assertThat(file()).hasBinaryContent(before);
  }

  /// A power cut can tear the slot that is being written.
  @Test
  void damageOfTheNewestSlotLeavesTheMarksBeforeIt() throws IOException {
    create();
    raise(ONE, 1);
    raise(ONE, 2);
    int slot = newestSlot();
    byte[] sound = Files.readAllBytes(file());
    for (int at = slot; at < slot + 12 + 12 + 24 + 4; at++) {
      byte[] torn = sound.clone();
      torn[at] ^= 1;
      Files.write(file(), torn);

      try (var marks = open()) {
        assertThat(marks.of(ONE)).as("byte %d", at).isEqualTo(1);
      }
    }
  }

  @Test
  void nothingIsWrittenAnyMoreAfterAFailure() throws IOException {
    create();
    var marks = open();
    marks.close();
    marks.raise(ONE, 1);
    assertThatThrownBy(marks::write).isInstanceOf(IOException.class);

    marks.raise(ONE, 2);

    assertThatThrownBy(marks::write).hasMessageContaining("failed before");
  }

  /// The one that the last write changed.
  private int newestSlot() throws IOException {
    byte[] before = Files.readAllBytes(file());
    raise(OTHER, 1);
    byte[] after = Files.readAllBytes(file());
    Files.write(file(), before);
    int size = WatermarksFormat.SLOT_BYTES;
    // The next write goes to the other one.
    return Arrays.equals(before, 0, size, after, 0, size) ? 0 : size;
  }

  @Test
  void damageOfBothSlotsIsRefused() throws IOException {
    create();
    raise(ONE, 1);
    byte[] bytes = Files.readAllBytes(file());
    bytes[20] ^= 1;
    bytes[WatermarksFormat.SLOT_BYTES + 20] ^= 1;
    Files.write(file(), bytes);

    assertThatThrownBy(this::open)
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("watermarks at 0: slots is none (expected: one that is sound)");
  }

  @Test
  void fileThatIsGoneIsRefusedWhereGroupsWereOpened() {
    assertThatThrownBy(this::open)
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("watermarks");
    assertThat(file()).doesNotExist();
  }

  @Test
  void marksAreSealedAndAuthenticated() throws IOException {
    try (var marks = Watermarks.open(folder, sealing(1), false)) {
      marks.raise(new UUID(0x6772_6f75_702d_6964L, 1), 1);
      marks.write();
    }

    assertThat(new String(Files.readAllBytes(file()), StandardCharsets.ISO_8859_1))
        .doesNotContain("group-id");
    assertThatThrownBy(() -> Watermarks.open(folder, sealing(2), true))
        .isInstanceOf(CorruptFileException.class);
    try (var marks = Watermarks.open(folder, sealing(1), true)) {
      assertThat(marks.of(new UUID(0x6772_6f75_702d_6964L, 1))).isEqualTo(1);
    }
  }

  /// Before a group was opened, a claim and its key may be replaced.
  @Test
  void fileOfAnotherKeyIsBegunAnewWhereNoGroupWasOpened() throws IOException {
    Watermarks.open(folder, sealing(1), false).close();
    Watermarks.open(folder, sealing(2), false).close();

    try (var marks = Watermarks.open(folder, sealing(2), true)) {
      assertThat(marks.of(ONE)).isEqualTo(-1);
    }
  }

  @Test
  void marksOfManyGroupsFit() throws IOException {
    create();
    try (var marks = open()) {
      for (int group = 0; group < 10_000; group++) {
        marks.raise(new UUID(3, group), group);
      }
      marks.write();
    }

    try (var marks = open()) {
      assertThat(marks.of(new UUID(3, 9_999))).isEqualTo(9_999);
    }
  }
}
