package io.quiverdb.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.MasterKey;
import io.quiverdb.node.StartupException.BadConfiguration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeyConfigTest {
  @TempDir Path folder;

  /// Else a key left in the environment would be used in place of the one that was asked for.
  @Test
  void keyAndKeyFileTogetherAreRefused() throws Exception {
    var file = folder.resolve("a.key");
    var _ = MasterKey.createFile(file, new SecureRandom());
    var text = Files.readString(file).strip();
    var both = new KeyConfig(Optional.of(text), Optional.of(file), Optional.empty(), true);
    var one = new KeyConfig(Optional.of(text), Optional.empty(), Optional.empty(), true);

    assertThatThrownBy(() -> both.masterKeys(folder.resolve("data"), true))
        .isInstanceOf(BadConfiguration.class)
        .hasMessage("master-key, master-key-file: both are given (expected: one of them)");
    assertThat(one.masterKeys(folder.resolve("data"), true)).hasSize(1);
  }

  @Test
  void noKeyIsMadeForDataThatWasFormedWithoutEncryption() throws Exception {
    var data = Files.createDirectories(folder.resolve("data"));
    Files.writeString(data.resolve("claim"), "formed");
    var encrypting = new KeyConfig(Optional.empty(), Optional.empty(), Optional.empty(), true);

    assertThatThrownBy(() -> encrypting.masterKeys(data, true))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageEndingWith("was formed without encryption (expected: false)");
    assertThat(KeyConfig.defaultFile(data)).doesNotExist();
  }
}
