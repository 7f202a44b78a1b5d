package io.quiverdb.raft.membership;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.storage.CrashedException;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeAddresses;
import io.quiverdb.raft.NodeId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class ClaimFileTest {
  private static final Claim OLD = claim(1);
  private static final Claim NEW = claim(2);

  @Test
  void whatWasWrittenIsReadAndNothingBefore() throws IOException {
    var file = new ClaimFile(new SimulatedStorage());

    assertThat(file.read()).isEmpty();
    file.write(OLD);
    assertThat(file.read()).contains(OLD);
    file.write(NEW);
    assertThat(file.read()).contains(NEW);
  }

  @Test
  void crashAtAnyCallLeavesTheOldClaimOrTheNew() throws IOException {
    for (int call = 1; call <= 10; call++) {
      for (int seed = 0; seed < 50; seed++) {
        var storage = new SimulatedStorage();
        new ClaimFile(storage).write(OLD);
        storage.crashAt(call);

        boolean isAcknowledged = writeUnlessItCrashes(storage);

        var survivor = new ClaimFile(storage.afterCrash(new Random(seed)));
        assertThat(survivor.read())
            .isIn(
                isAcknowledged
                    ? List.of(Optional.of(NEW))
                    : List.of(Optional.of(OLD), Optional.of(NEW)));
        survivor.write(OLD);
        assertThat(survivor.read()).contains(OLD);
      }
    }
  }

  private static boolean writeUnlessItCrashes(SimulatedStorage storage) throws IOException {
    try {
      new ClaimFile(storage).write(NEW);
      return true;
    } catch (CrashedException _) {
      return false;
    }
  }

  @Test
  void anyFlippedBitAndAnyCutIsNoticed() throws IOException {
    var storage = new SimulatedStorage();
    new ClaimFile(storage).write(OLD);
    byte[] intact = storage.content(ClaimFile.NAME);

    for (int bit = 0; bit < intact.length * Byte.SIZE; bit++) {
      byte[] damaged = intact.clone();
      damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      assertRefused(storage, damaged);
    }
    for (int length = 0; length < intact.length; length++) {
      assertRefused(storage, Arrays.copyOf(intact, length));
    }
    assertRefused(storage, Arrays.copyOf(intact, intact.length + 1));
  }

  private static void assertRefused(SimulatedStorage storage, byte[] damaged) {
    storage.overwrite(ClaimFile.NAME, damaged);
    assertThatThrownBy(() -> new ClaimFile(storage).read())
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith("claim at ");
  }

  @Test
  void headerIsAsDocumented() {
    var bytes = ByteBuffer.wrap(ClaimFormat.write(OLD)).order(ByteOrder.LITTLE_ENDIAN);

    var magic = new byte[8];
    bytes.get(magic);
    assertThat(magic).isEqualTo("QVCLAIM\0".getBytes(US_ASCII));
    assertThat(bytes.getInt()).isEqualTo(1);
    bytes.getInt();
    assertThat(bytes.getInt()).isEqualTo(bytes.remaining());
  }

  private static Claim claim(int clusterId) {
    var member =
        new Member(new NodeId(new UUID(3, 4)), new NodeAddresses("h:7070", "h:7071", "h:7072"));
    return new Claim(new UUID(clusterId, 0), List.of(member), 3, 1, 4 << 20, Optional.empty());
  }
}
