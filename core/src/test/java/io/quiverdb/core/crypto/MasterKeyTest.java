package io.quiverdb.core.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.MasterKey;
import io.quiverdb.core.WrongKeyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MasterKeyTest {
  private final SecureRandom random = new SecureRandom();

  @TempDir private Path directory;

  @Test
  void fileIsForItsOwnerOnlyAndHoldsTheKey() throws IOException {
    Path file = directory.resolve("new/quiver-master.key");

    var created = MasterKey.createFile(file, random);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(MasterKey.ofFile(file).id()).isEqualTo(created.id());
    assertThat(MasterKey.ofText(Files.readString(file)).id()).isEqualTo(created.id());
    assertThat(MasterKey.ofFile(file).unwrap(created.wrap(new byte[] {1, 2, 3})))
        .containsExactly(1, 2, 3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwx--x---"})
  void fileThatOthersMayUseIsRefused(String permissions) throws IOException {
    Path file = directory.resolve("master.key");
    MasterKey.createFile(file, random);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));

    assertThatThrownBy(() -> MasterKey.ofFile(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(permissions)
        .hasMessageContaining("expected: rw-------");
  }

  @Test
  void fileIsNeverOverwritten() {
    Path file = directory.resolve("master.key");
    var first = MasterKey.createFile(file, random);

    assertThatThrownBy(() -> MasterKey.createFile(file, random))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(MasterKey.ofFile(file).id()).isEqualTo(first.id());
  }

  @Test
  void missingFileSaysHowOneIsMade() {
    assertThatThrownBy(() -> MasterKey.ofFile(directory.resolve("none.key")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("quiver master-key create");
  }

  @Test
  void textThatWasCutOrMistypedIsNoKeyAndIsNotShown() {
    String text = LocalMasterKey.draw(random);
    String secret = text.substring(20, 40);
    char last = text.charAt(30) == '0' ? '1' : '0';
    String mistyped = text.substring(0, 30) + last + text.substring(31);

    for (var wrong : new String[] {text.substring(0, text.length() - 1), mistyped, "", secret}) {
      assertThatThrownBy(() -> MasterKey.ofText(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageNotContaining(secret);
    }
  }

  @Test
  void anotherKeyUnwrapsNothing() {
    var one = MasterKey.ofText(LocalMasterKey.draw(random));
    var other = MasterKey.ofText(LocalMasterKey.draw(random));
    byte[] wrapped = one.wrap(new byte[KeyBytes.BYTES]);

    assertThatThrownBy(() -> other.unwrap(wrapped)).isInstanceOf(WrongKeyException.class);
    assertThat(other.id()).isNotEqualTo(one.id());
  }
}
