package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class DiskSpaceTest {
  private final TestDisk disk = new TestDisk();
  private final AtomicBoolean fails = new AtomicBoolean();
  private final DiskSpace space =
      new DiskSpace(
          Path.of(""),
          directory -> {
            if (fails.get()) {
              throw new IOException("no answer");
            }
            return disk.room(directory);
          });

  @Test
  void levelsFollowTheRoomThatIsLeft() {
    requireLevel(100, false, false, false);
    requireLevel(15, false, false, false);
    requireLevel(14, true, false, false);
    requireLevel(10, true, false, false);
    requireLevel(9, true, true, false);
    requireLevel(3, true, true, false);
    requireLevel(2, true, true, true);
    requireLevel(0, true, true, true);
  }

  @Test
  void levelIsLeftWithAMarginOnly() {
    requireLevel(2, true, true, true);
    requireLevel(3, true, true, true);
    requireLevel(4, true, true, false);
    requireLevel(10, true, true, false);
    requireLevel(11, true, false, false);
    requireLevel(15, true, false, false);
    requireLevel(16, false, false, false);
  }

  @Test
  void lowDiskIsToldWithWhatFollows() {
    assertThat(space.describe()).isEmpty();
    requireLevel(9, true, true, false);
    assertThat(space.describe())
        .hasValue("disk: 9 % free (expected: 10 % at least); writes are refused");
    requireLevel(2, true, true, true);
    assertThat(space.describe())
        .hasValue("disk: 2 % free (expected: 10 % at least); replicas are stopped");
  }

  @Test
  void diskThatDoesNotAnswerIsAsItWas() {
    requireLevel(9, true, true, false);
    fails.set(true);
    requireLevel(50, true, true, false);
    fails.set(false);
    requireLevel(50, false, false, false);
  }

  private void requireLevel(int freePercent, boolean filling, boolean low, boolean full) {
    disk.free(freePercent);
    space.look();
    assertThat(space.isFilling()).isEqualTo(filling);
    assertThat(space.isLow()).isEqualTo(low);
    assertThat(space.isFull()).isEqualTo(full);
  }
}
